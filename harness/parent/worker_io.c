#include "parent/worker_io.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "protocol/messages.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the pipes ---- */

/* Opens a pipe; both ends are -1 on failure. */
static bool open_pipe(int *read, int *write)
{
    int ends[2] = {-1, -1};
    const bool ok = pipe2(ends, O_CLOEXEC) == 0;
    *read = ends[0];
    *write = ends[1];
    return ok;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

bool ib_worker_io_open(struct ib_worker_io *io, int child_fds[IB_WORKER_FDS])
{
    *io = (struct ib_worker_io){0};
    child_fds[STDIN_FILENO] = -1;
    bool ok = open_pipe(&io->out, &child_fds[STDOUT_FILENO]);
    ok = open_pipe(&io->err, &child_fds[STDERR_FILENO]) && ok;
    ok = open_pipe(&child_fds[IB_PROTOCOL_IN], &io->to) && ok;
    ok = open_pipe(&io->from, &child_fds[IB_PROTOCOL_OUT]) && ok;
    int *const ours[] = {&io->to, &io->from, &io->out, &io->err};
    for (size_t i = 0; i < 4 && ok; i++)
        ok =
            fcntl(*ours[i], F_SETFL, O_NONBLOCK) == 0; /* a child that never reads must not hang its parent */
    if (ok)
        return true;
    const int error = errno;
    for (int i = 0; i < IB_WORKER_FDS; i++)
        close_fd(&child_fds[i]);
    ib_worker_io_close(io);
    errno = error;
    return false;
}

void ib_worker_io_close(struct ib_worker_io *io)
{
    close_fd(&io->to);
    close_fd(&io->from);
    close_fd(&io->out);
    close_fd(&io->err);
    free(io->line);
    io->line = NULL;
}

/* ---- stdout and stderr ---- */

static void keep_tail(struct ib_worker_io *io, const char *text, size_t n)
{
    if (n > IB_TAIL_BYTES) {
        text += n - IB_TAIL_BYTES;
        n = IB_TAIL_BYTES;
    }
    size_t drop = io->tail_used + n > IB_TAIL_BYTES ? io->tail_used + n - IB_TAIL_BYTES : 0;
    memmove(io->tail, io->tail + drop, io->tail_used - drop);
    memcpy(io->tail + io->tail_used - drop, text, n);
    io->tail_used += n - drop;
    io->tail[io->tail_used] = '\0';
}

/* Reads what is available; closes the descriptor at end of file. */
static void drain_output(struct ib_worker_io *io, int *fd)
{
    char chunk[4096];
    ssize_t n;
    if (*fd < 0)
        return;
    while ((n = read(*fd, chunk, sizeof chunk)) > 0) {
        keep_tail(io, chunk, (size_t)n);
        io->output_bytes += (uint64_t)n;
        if (io->output_bytes > IB_OUTPUT_LIMIT)
            return; /* it may never end */
    }
    if (n == 0 || errno != EAGAIN) {
        close(*fd);
        *fd = -1;
    }
}

void ib_worker_io_drain(struct ib_worker_io *io)
{
    drain_output(io, &io->out);
    drain_output(io, &io->err);
}

bool ib_worker_io_last_line(const struct ib_worker_io *io, char *text, size_t n)
{
    size_t end = io->tail_used;
    while (end && isspace((unsigned char)io->tail[end - 1]))
        end--;
    size_t begin = end;
    while (begin && io->tail[begin - 1] != '\n' && end - begin < n - 1)
        begin--;
    snprintf(text, n, "%.*s", (int)(end - begin), io->tail + begin);
    return end > begin;
}

/* ---- messages ---- */

/* Reads message bytes up to the end of a line; false at the end of the stream, or when a line exceeds
 * IB_LINE_LIMIT. */
static bool drain_messages(struct ib_worker_io *io)
{
    for (;;) {
        if (io->capacity - io->used < 4096) {
            io->capacity = io->capacity ? 2 * io->capacity : 65536;
            char *more = io->capacity > IB_LINE_LIMIT ? NULL : realloc(io->line, io->capacity);
            if (!more)
                return false;
            io->line = more;
        }
        ssize_t n = read(io->from, io->line + io->used, io->capacity - io->used);
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        io->used += (size_t)n;
        if (memchr(io->line + io->used - n, '\n', (size_t)n))
            return true;
    }
}

bool ib_worker_io_has_line(struct ib_worker_io *io)
{
    drain_messages(io);
    return io->used && memchr(io->line, '\n', io->used);
}

enum ib_worker_wait ib_worker_io_await_line(struct ib_worker_io *io, const struct ib_memory_limit *memory,
                                            uint64_t deadline_ns, size_t *length)
{
    bool open = true;
    for (;;) {
        char *end = io->used ? memchr(io->line, '\n', io->used) : NULL;
        if (end) {
            *end = '\0';
            *length = (size_t)(end - io->line) + 1;
            return IB_GOT_LINE;
        }
        uint64_t now = ib_now_ns();
        if (!open)
            return IB_STREAM_ENDED;
        if (ib_interrupted())
            return IB_WAIT_INTERRUPTED;
        if (now >= deadline_ns)
            return IB_TOO_LATE;
        if (io->output_bytes > IB_OUTPUT_LIMIT)
            return IB_TOO_MUCH_OUTPUT;
        if (ib_memory_limit_exceeded(memory))
            return IB_TOO_LARGE;
        uint64_t left_ms = (deadline_ns - now + 999999) / 1000000,
                 longest_ms = memory->bytes ? IB_MEMORY_POLL_MS : 1000000;
        struct pollfd fds[] = {{io->from, POLLIN, 0},
                               {io->out, POLLIN, 0},
                               {io->err, POLLIN, 0},
                               {ib_interrupt_fd(), POLLIN, 0}}; /* poll ignores negative descriptors */
        poll(fds, 4, (int)(left_ms < longest_ms ? left_ms : longest_ms));
        if (fds[1].revents)
            drain_output(io, &io->out);
        if (fds[2].revents)
            drain_output(io, &io->err);
        if (fds[0].revents)
            open = drain_messages(io);
    }
}

void ib_worker_io_drop_line(struct ib_worker_io *io, size_t length)
{
    io->used -= length;
    memmove(io->line, io->line + length, io->used);
}

bool ib_worker_io_await_exit(struct ib_worker_io *io, const struct ib_spawned *process, uint64_t timeout_ns)
{
    const uint64_t deadline_ns = ib_now_ns() + timeout_ns;
    struct pollfd fds[] = {{-1, 0, 0}, {io->out, POLLIN, 0}, {io->err, POLLIN, 0}, {io->from, POLLIN, 0}};
    for (uint64_t now = ib_now_ns(); !fds[0].revents; now = ib_now_ns()) {
        if (now >= deadline_ns || ib_interrupted() || io->output_bytes > IB_OUTPUT_LIMIT)
            return false;
        ib_spawned_poll(process, fds, 4, (int)((deadline_ns - now) / 1000000 + 1));
        ib_worker_io_drain(io);
        if (fds[3].revents && !drain_messages(io))
            fds[3].fd = -1;
        fds[1].fd = io->out;
        fds[2].fd = io->err;
    }
    return true;
}
