#include "base/subprocess.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Returns a descriptor; -1 for no path, or with *error set. */
static int open_for(const char *path, int *error)
{
    const int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    *error = path && fd < 0 ? errno : *error;
    return fd;
}

/* Returns 0 or an error number. */
static int start(const struct ib_subprocess *p, struct ib_spawned *child)
{
    int error = 0;
    const int output = open_for(p->output, &error), messages = open_for(p->messages, &error);
    const int fds[] = {-1, p->messages ? output : STDERR_FILENO, p->messages ? messages : STDERR_FILENO};
    if (!error)
        error = ib_spawn(
            &(struct ib_spawn){
                .argv = p->argv, .folder = p->folder, .environment = p->environment, .fds = fds, .n_fds = 3},
            child);
    if (output >= 0)
        close(output);
    if (messages >= 0)
        close(messages);
    return error;
}

/* Waits until the child ends. Returns false on timeout (0: none) or, unless it cleans up, on interrupt. */
static bool await(const struct ib_spawned *child, uint64_t timeout_ns, bool cleans_up)
{
    const uint64_t deadline_ns = ib_now_ns() + timeout_ns;
    bool ended = false;
    for (uint64_t now = ib_now_ns();
         !ended && (cleans_up || !ib_interrupted()) && (!timeout_ns || now < deadline_ns);
         now = ib_now_ns()) {
        struct pollfd fds[] = {{-1, 0, 0}, {ib_interrupt_fd(), POLLIN, 0}};
        const uint64_t left_ms = (deadline_ns - now) / 1000000 + 1;
        ib_spawned_poll(child, fds, cleans_up ? 1 : 2,
                        timeout_ns && left_ms < 1000000 ? (int)left_ms : 1000000);
        ended = fds[0].revents != 0;
    }
    return ended;
}

/* Programs tend to quote their input first and to name the error on the last line. */
static const char *last_line(struct ib_arena *arena, const char *path)
{
    enum { MAX_MESSAGE_BYTES = 1 << 20 };
    char *text;
    size_t bytes;
    if (ib_file_read(arena, path, MAX_MESSAGE_BYTES, &text, &bytes) != IB_OK)
        return "no message";
    while (bytes && (unsigned char)text[bytes - 1] <= ' ')
        text[--bytes] = '\0';
    const char *newline = strrchr(text, '\n');
    return newline ? newline + 1 : text;
}

const char *ib_subprocess_run(struct ib_arena *arena, const struct ib_subprocess *p)
{
    struct ib_spawned child;
    int wait_status = 0;
    const char *name = p->argv[0];
    int error = start(p, &child);
    if (error == ENOENT)
        return ib_arena_print(arena, "%s is not installed", name);
    if (error)
        return ib_arena_print(arena, "cannot start %s: %s", name, strerror(error));
    const bool ended = await(&child, p->timeout_ns, p->cleans_up);
    error = ib_spawned_end(&child, &wait_status);
    if (error)
        return ib_arena_print(arena, "cannot wait for %s: %s", name, strerror(error));
    if (!ended && p->late)
        *p->late = !ib_interrupted();
    if (!ended)
        return ib_interrupted() ? "interrupted"
                                : ib_arena_print(arena, "%s did not finish within %.3g s", name,
                                                 (double)p->timeout_ns / 1e9);
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
        return NULL;
    if (!p->messages)
        return ib_arena_print(arena, "%s failed", name);
    return ib_arena_print(arena, "%s failed: %s", name, last_line(arena, p->messages));
}
