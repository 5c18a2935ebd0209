#include "parent/worker_process.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/paths.h"
#include "parent/spawn.h"
#include "protocol/messages.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TAIL_BYTES = 2048,
    OUTPUT_LIMIT = 64 * 1024 * 1024, /* of stdout and stderr together: more is no log but a loop */
    LINE_LIMIT = 16 * 1024 * 1024,   /* the longest message that is not garbage */
    EXIT_GRACE_MS = 2000             /* between the end of its answers and the end of the process */
};

struct ib_worker_process {
    pid_t pid;
    uint64_t started_ns, heard_ns; /* heard: its newest message */
    bool ended;                    /* by itself or a signal, and not as it should */
    int pidfd, to, from, out, err;
    char *line; /* what has come of its messages, `used` bytes */
    size_t used, capacity;
    char tail[TAIL_BYTES + 1];
    size_t tail_used;
    uint64_t output_bytes;
    struct ib_memory_limit memory;
    ib_progress_fn *progress;
    void *progress_context;
};

/* ---- starting ---- */

static bool spawn(const char *const *argv, const cpu_set_t *cpus, struct ib_worker_process *child)
{
    struct ib_spawned process;
    if (!ib_spawn(argv, cpus, &process))
        return false;
    child->pid = process.pid;
    child->pidfd = process.pidfd;
    child->to = process.to;
    child->from = process.from;
    child->out = process.out;
    child->err = process.err;
    return true;
}

/* ---- listening ---- */

static void keep_tail(struct ib_worker_process *child, const char *text, size_t n)
{
    if (n > TAIL_BYTES) {
        text += n - TAIL_BYTES;
        n = TAIL_BYTES;
    }
    size_t drop = child->tail_used + n > TAIL_BYTES ? child->tail_used + n - TAIL_BYTES : 0;
    memmove(child->tail, child->tail + drop, child->tail_used - drop);
    memcpy(child->tail + child->tail_used - drop, text, n);
    child->tail_used += n - drop;
    child->tail[child->tail_used] = '\0';
}

/* Reads what stdout or stderr hold now; closes the descriptor at its end. */
static void drain_output(struct ib_worker_process *child, int *fd)
{
    char chunk[4096];
    ssize_t n;
    if (*fd < 0)
        return;
    while ((n = read(*fd, chunk, sizeof chunk)) > 0) {
        keep_tail(child, chunk, (size_t)n);
        child->output_bytes += (uint64_t)n;
        if (child->output_bytes > OUTPUT_LIMIT)
            return; /* it may never end */
    }
    if (n == 0 || errno != EAGAIN) {
        close(*fd);
        *fd = -1;
    }
}

/* Reads what has come of messages, as far as the end of a line; false at the end of the stream, or when a
 * line passes all limits. */
static bool drain_messages(struct ib_worker_process *child)
{
    for (;;) {
        if (child->capacity - child->used < 4096) {
            child->capacity = child->capacity ? 2 * child->capacity : 65536;
            char *more = child->capacity > LINE_LIMIT ? NULL : realloc(child->line, child->capacity);
            if (!more)
                return false;
            child->line = more;
        }
        ssize_t n = read(child->from, child->line + child->used, child->capacity - child->used);
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        child->used += (size_t)n;
        if (memchr(child->line + child->used - n, '\n', (size_t)n))
            return true;
    }
}

enum wait { GOT_LINE, ENDED, TOO_LATE, TOO_LARGE, TOO_MUCH_OUTPUT, INTERRUPTED };

/* Until a whole line lies at the start of child->line (zero-terminated, its length in *length), or nothing
 * can come. */
static enum wait await_line(struct ib_worker_process *child, uint64_t deadline_ns, size_t *length)
{
    bool open = true;
    for (;;) {
        char *end = child->used ? memchr(child->line, '\n', child->used) : NULL;
        if (end) {
            *end = '\0';
            *length = (size_t)(end - child->line) + 1;
            return GOT_LINE;
        }
        uint64_t now = ib_now_ns();
        if (!open)
            return ENDED;
        if (ib_interrupted())
            return INTERRUPTED;
        if (now >= deadline_ns)
            return TOO_LATE;
        if (child->output_bytes > OUTPUT_LIMIT)
            return TOO_MUCH_OUTPUT;
        if (ib_memory_limit_exceeded(&child->memory))
            return TOO_LARGE;
        uint64_t left_ms = (deadline_ns - now + 999999) / 1000000,
                 longest_ms = child->memory.bytes ? IB_MEMORY_POLL_MS : 1000000;
        struct pollfd fds[] = {{child->from, POLLIN, 0},
                               {child->out, POLLIN, 0},
                               {child->err, POLLIN, 0},
                               {ib_interrupt_fd(), POLLIN, 0}}; /* poll leaves out what is negative */
        poll(fds, 4, (int)(left_ms < longest_ms ? left_ms : longest_ms));
        if (fds[1].revents)
            drain_output(child, &child->out);
        if (fds[2].revents)
            drain_output(child, &child->err);
        if (fds[0].revents)
            open = drain_messages(child);
    }
}

/* ---- what went wrong ---- */

static bool explain_memory(const struct ib_worker_process *child, struct ib_outcome *outcome)
{
    char limit[32];
    return ib_outcome_set(outcome, IB_CASE_OOM, "used over %s of memory, the limit of this sweep",
                          ib_print_bytes((double)child->memory.bytes, limit, sizeof limit));
}

/* How the process ended, once its messages did. */
static bool explain_end(struct ib_worker_process *child, struct ib_outcome *outcome)
{
    struct pollfd fd = {child->pidfd, POLLIN, 0};
    siginfo_t info = {0};
    if (child->capacity > LINE_LIMIT)
        return ib_outcome_set(outcome, IB_CASE_FAILED,
                              "answered with garbage: over %d MiB without a line's end", LINE_LIMIT >> 20);
    poll(&fd, 1, EXIT_GRACE_MS);
    drain_output(child, &child->out);
    drain_output(child, &child->err);
    child->ended = true;
    /* WNOWAIT: not reaped yet, so that its group can still be killed without hitting a stranger. */
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
        return ib_outcome_set(outcome, IB_CASE_FAILED, "closed its answers and went on running");
    if (info.si_code == CLD_EXITED)
        return ib_outcome_set(outcome, IB_CASE_FAILED, "exited with status %d before it had answered",
                              info.si_status);
    if (ib_memory_limit_killed(&child->memory))
        return explain_memory(child, outcome);
    if (info.si_status == SIGKILL) /* nobody here sent it: the kernel's out-of-memory killer does */
        return ib_outcome_set(outcome, IB_CASE_OOM, "killed by the system (SIGKILL): out of memory");
    return ib_outcome_set(outcome, IB_CASE_CRASHED, "signal %d, %s", info.si_status,
                          strsignal(info.si_status));
}

/* Quoted, with a ? for every byte that a terminal might act upon. */
static bool explain_garbage(struct ib_outcome *outcome, const char *line, size_t length)
{
    char shown[61];
    size_t n = length < sizeof shown ? length : sizeof shown - 1;
    for (size_t i = 0; i < n; i++)
        shown[i] = isprint((unsigned char)line[i]) ? line[i] : '?';
    shown[n] = '\0';
    return ib_outcome_set(outcome, IB_CASE_FAILED, "answered with garbage: `%s%s`", shown,
                          n < length ? "…" : "");
}

static bool explain_error(const json_t *answer, struct ib_outcome *outcome)
{
    const char *status = json_string_value(json_object_get(answer, "status"));
    const char *message = json_string_value(json_object_get(answer, "message"));
    int value;
    if (!status || !ib_word_value(ib_case_status_words, status, &value) || value == IB_CASE_OK)
        value = IB_CASE_FAILED;
    return ib_outcome_set(outcome, (enum ib_case_status)value, "%s", message ? message : "reported an error");
}

/* ---- asking ---- */

/* Why no whole line will come. */
static bool explain_wait(struct ib_worker_process *child, enum wait how, uint64_t timeout_ns,
                         const char *awaited, struct ib_outcome *outcome)
{
    switch (how) {
    case TOO_LATE:
        return ib_outcome_set(outcome, IB_CASE_TIMEOUT, "no %s within %.3g s", awaited,
                              (double)timeout_ns / 1e9);
    case TOO_LARGE:
        return explain_memory(child, outcome);
    case TOO_MUCH_OUTPUT:
        return ib_outcome_set(outcome, IB_CASE_FAILED, "wrote over %d MiB to stdout and stderr",
                              OUTPUT_LIMIT >> 20);
    case INTERRUPTED:
        return ib_outcome_set(outcome, IB_CASE_FAILED, "interrupted");
    case GOT_LINE:
    case ENDED:
        break;
    }
    return explain_end(child, outcome);
}

static void pass_progress_on(const struct ib_worker_process *child, const json_t *message)
{
    const json_t *loss = json_object_get(message, "loss");
    if (child->progress)
        child->progress(child->progress_context,
                        (uint64_t)json_integer_value(json_object_get(message, "epoch")),
                        json_is_number(loss) ? json_number_value(loss) : NAN); /* JSON has no NaN */
}

/* The next message that is not about progress. */
static bool await_answer(struct ib_worker_process *child, uint64_t timeout_ns, const char *awaited,
                         json_t **answer, struct ib_outcome *outcome)
{
    uint64_t deadline_ns = ib_now_ns() + timeout_ns;
    for (;;) {
        size_t length;
        enum wait how = await_line(child, deadline_ns, &length);
        if (how != GOT_LINE)
            return explain_wait(child, how, timeout_ns, awaited, outcome);
        json_t *message = json_loadb(child->line, length - 1, 0, NULL);
        const char *type = json_string_value(json_object_get(message, "type"));
        if (!type) {
            json_decref(message);
            return explain_garbage(outcome, child->line, length - 1);
        }
        child->heard_ns = ib_now_ns();
        child->used -= length;
        memmove(child->line, child->line + length, child->used);
        if (strcmp(type, "progress") != 0) {
            *answer = message;
            return ib_outcome_set(outcome, IB_CASE_OK, "%s", "");
        }
        pass_progress_on(child, message);
        json_decref(message);
        if (ib_now_ns() >= deadline_ns) /* progress without an end */
            return explain_wait(child, TOO_LATE, timeout_ns, awaited, outcome);
    }
}

/* An answer that reports an error is one to the caller, too. */
static bool is_answer(json_t **answer, struct ib_outcome *outcome)
{
    if (strcmp(json_string_value(json_object_get(*answer, "type")), "error") != 0)
        return true;
    explain_error(*answer, outcome);
    json_decref(*answer);
    *answer = NULL;
    return false;
}

bool ib_worker_process_await(struct ib_worker_process *child, uint64_t timeout_ns, json_t **answer,
                             struct ib_outcome *outcome)
{
    return await_answer(child, timeout_ns, "answer", answer, outcome) && is_answer(answer, outcome);
}

bool ib_worker_process_ask(struct ib_worker_process *child, json_t *request, uint64_t timeout_ns,
                           json_t **answer, struct ib_outcome *outcome)
{
    /* A child that is gone, or does not read, makes this write fail; how it fares says more than that. */
    enum ib_status sent = ib_protocol_write(child->to, request);
    json_decref(request);
    (void)sent;
    return ib_worker_process_await(child, timeout_ns, answer, outcome);
}

bool ib_worker_process_said(const json_t *message, const char *type, struct ib_outcome *outcome)
{
    const char *said = json_string_value(json_object_get(message, "type"));
    if (said && strcmp(said, type) == 0)
        return true;
    return ib_outcome_set(outcome, IB_CASE_FAILED, "answered `%.40s` where `%s` was due", said ? said : "",
                          type);
}

bool ib_worker_process_limit_memory(struct ib_worker_process *child, uint64_t bytes, enum ib_memory_by by,
                                    struct ib_outcome *outcome)
{
    if (ib_memory_limit_begin(&child->memory, child->pid, bytes, by))
        return true;
    return ib_outcome_set(outcome, IB_CASE_FAILED,
                          "measure.memory_by is cgroup, and this user may not make one with a memory limit");
}

void ib_worker_process_on_progress(struct ib_worker_process *child, ib_progress_fn *progress, void *context)
{
    child->progress = progress;
    child->progress_context = context;
}

const char *ib_worker_process_output(const struct ib_worker_process *child)
{
    return child->tail;
}

void ib_worker_process_quote(const struct ib_worker_process *child, struct ib_outcome *outcome)
{
    char said[200], why[80];
    if (!child || !child->ended)
        return;
    size_t n = child->tail_used;
    while (n && isspace((unsigned char)child->tail[n - 1]))
        n--;
    size_t begin = n;
    while (begin && child->tail[begin - 1] != '\n' && n - begin < sizeof said - 1)
        begin--;
    if (begin == n)
        return;
    snprintf(said, sizeof said, "%.*s", (int)(n - begin), child->tail + begin);
    snprintf(why, sizeof why, "%.79s", outcome->reason);
    ib_outcome_set(outcome, outcome->status, "%s: \"%s\"", why, said);
}

uint64_t ib_worker_process_age_ns(const struct ib_worker_process *child)
{
    return child->heard_ns - child->started_ns;
}

struct ib_proc_cpu_time ib_worker_process_cpu_time(const struct ib_worker_process *child)
{
    return ib_proc_cpu_time_of(child->pid);
}

static bool check_hello(const json_t *hello, struct ib_outcome *outcome)
{
    const json_t *version = json_object_get(hello, "version");
    if (strcmp(json_string_value(json_object_get(hello, "type")), "hello") != 0)
        return ib_outcome_set(outcome, IB_CASE_FAILED,
                              "did not say hello: its first message must be a `hello` with version %d",
                              IB_PROTOCOL_VERSION);
    if (json_is_integer(version) && json_integer_value(version) == IB_PROTOCOL_VERSION)
        return true;
    return ib_outcome_set(outcome, IB_CASE_FAILED,
                          "speaks version %lld of the protocol, and this ironbench version %d",
                          (long long)json_integer_value(version), IB_PROTOCOL_VERSION);
}

bool ib_worker_process_start(const char *const *argv, const cpu_set_t *cpus, uint64_t timeout_ns,
                             struct ib_worker_process **out, struct ib_outcome *outcome)
{
    json_t *hello = NULL;
    struct ib_worker_process *child = calloc(1, sizeof *child);
    *out = NULL;
    if (child)
        child->started_ns = ib_now_ns();
    if (!child || !spawn(argv, cpus, child)) {
        const int error = errno;
        free(child);
        return ib_outcome_set(outcome, IB_CASE_FAILED, "cannot start %s: %s", argv[0],
                              error == ENOENT && !strchr(argv[0], '/') ? "there is no such program in PATH"
                                                                       : strerror(error));
    }
    bool ok = await_answer(child, timeout_ns, "hello", &hello, outcome) && check_hello(hello, outcome);
    json_decref(hello);
    *out = child; /* also when it failed: its last words may be wanted */
    return ok;
}

bool ib_worker_start(const char *program, const cpu_set_t *cpus, uint64_t timeout_ns,
                     struct ib_worker_process **out, struct ib_outcome *outcome)
{
    const char *const argv[] = {program ? program : ib_self(), "worker", NULL};
    return ib_worker_process_start(argv, cpus, timeout_ns, out, outcome);
}

/* Until it has exited; what it still writes is read, or it might never. */
static bool await_exit(struct ib_worker_process *child, uint64_t timeout_ns)
{
    const uint64_t deadline_ns = ib_now_ns() + timeout_ns;
    struct pollfd fds[] = {{child->pidfd, POLLIN, 0},
                           {child->out, POLLIN, 0},
                           {child->err, POLLIN, 0},
                           {child->from, POLLIN, 0}};
    for (uint64_t now = ib_now_ns(); !fds[0].revents; now = ib_now_ns()) {
        if (now >= deadline_ns || ib_interrupted() || child->output_bytes > OUTPUT_LIMIT)
            return false;
        poll(fds, 4, (int)((deadline_ns - now) / 1000000 + 1));
        drain_output(child, &child->out);
        drain_output(child, &child->err);
        if (fds[3].revents && !drain_messages(child))
            fds[3].fd = -1;
        fds[1].fd = child->out;
        fds[2].fd = child->err;
    }
    return true;
}

bool ib_worker_process_finish(struct ib_worker_process *child, uint64_t timeout_ns,
                              struct ib_outcome *outcome)
{
    siginfo_t info = {0};
    close(child->to);
    child->to = -1;
    if (!await_exit(child, timeout_ns) ||
        waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return ib_outcome_set(outcome, IB_CASE_TIMEOUT, "did not exit within %.3g s of its last answer",
                              (double)timeout_ns / 1e9);
    if (info.si_code == CLD_EXITED && info.si_status == 0)
        return ib_outcome_set(outcome, IB_CASE_OK, "%s", "");
    child->ended = true;
    if (info.si_code == CLD_EXITED)
        return ib_outcome_set(outcome, IB_CASE_FAILED, "exited with status %d after its last answer",
                              info.si_status);
    return ib_outcome_set(outcome, IB_CASE_CRASHED, "signal %d, %s, after its last answer", info.si_status,
                          strsignal(info.si_status));
}

void ib_worker_process_end(struct ib_worker_process *child)
{
    if (!child)
        return;
    int *fds[] = {&child->to, &child->from, &child->out, &child->err, &child->pidfd};
    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (*fds[i] >= 0)
            close(*fds[i]);
    ib_memory_limit_end(&child->memory);
    free(child->line);
    free(child);
}
