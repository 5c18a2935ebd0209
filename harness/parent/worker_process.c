#include "parent/worker_process.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "parent/proc_memory.h"
#include "parent/worker_state.h"
#include "protocol/messages.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    EXIT_GRACE_MS = 2000, /* from the end of the message stream to the exit of the process */
    RETRIES_MAX = 2
};

/* ---- what went wrong ---- */

static bool explain_memory(const struct ib_worker_process *child, struct ib_outcome *outcome)
{
    char limit[32];
    return ib_outcome_set(outcome, IB_CASE_OOM, "used more memory than the limit of %s",
                          ib_print_bytes((double)child->memory.bytes, limit, sizeof limit));
}

static uint64_t kills; /* from outside */

struct ib_retry ib_retry_begin(void)
{
    return (struct ib_retry){kills, RETRIES_MAX};
}

bool ib_retry_after_kill(struct ib_retry *retry)
{
    if (kills == retry->kills || retry->left == 0 || ib_interrupted())
        return false;
    retry->kills = kills;
    retry->left--;
    return true;
}

void ib_retry_note_kill(void)
{
    kills++;
}

/* Explains a signal that nothing in the process itself sends. */
static bool explain_kill(const struct ib_worker_process *child, int number, struct ib_outcome *outcome)
{
    uint64_t now = 0;
    const bool known = child->oom_known && ib_oom_kills(&now);
    if (number == SIGKILL && known && now > child->oom_kills)
        return ib_outcome_set(outcome, IB_CASE_OOM,
                              "was killed by the kernel: this machine or its container is out of memory");
    kills++;
    if (number == SIGKILL && !known)
        return ib_outcome_set(
            outcome, IB_CASE_CRASHED,
            "was killed by signal 9 (SIGKILL): by the kernel for lack of memory, or by another "
            "process; the kernel's log says which");
    return ib_outcome_set(
        outcome, IB_CASE_CRASHED,
        "was killed by signal %d, %s, from outside: by another process, such as a time limit "
        "of the system or an administrator%s",
        number, strsignal(number),
        number == SIGKILL ? "; the kernel has killed nothing for lack of memory" : "");
}

/* Explains how the process ended, after its message stream did. */
static bool explain_end(struct ib_worker_process *child, struct ib_outcome *outcome)
{
    struct pollfd fd;
    siginfo_t info;
    if (child->io.capacity > IB_LINE_LIMIT)
        return ib_outcome_set(outcome, IB_CASE_FAILED,
                              "sent an invalid message: over %d MiB without a newline", IB_LINE_LIMIT >> 20);
    ib_spawned_poll(&child->process, &fd, 1, EXIT_GRACE_MS);
    ib_worker_io_drain(&child->io);
    child->ended = true;
    if (!ib_spawned_ended(&child->process, &info))
        return ib_outcome_set(outcome, IB_CASE_FAILED, "closed its protocol channel but kept running");
    if (info.si_code == CLD_EXITED)
        return ib_outcome_set(outcome, IB_CASE_FAILED, "exited with status %d before answering",
                              info.si_status);
    if (ib_memory_limit_killed(&child->memory))
        return explain_memory(child, outcome);
    if (info.si_status == SIGKILL || info.si_status == SIGTERM ||
        info.si_status == SIGHUP) /* not sent by us */
        return explain_kill(child, info.si_status, outcome);
    return ib_outcome_set(outcome, IB_CASE_CRASHED, "signal %d, %s", info.si_status,
                          strsignal(info.si_status));
}

/* Quotes the line, with ? for every byte that a terminal might interpret. */
static bool explain_garbage(struct ib_outcome *outcome, const char *line, size_t length)
{
    char shown[61];
    size_t n = length < sizeof shown ? length : sizeof shown - 1;
    for (size_t i = 0; i < n; i++)
        shown[i] = isprint((unsigned char)line[i]) ? line[i] : '?';
    shown[n] = '\0';
    return ib_outcome_set(outcome, IB_CASE_FAILED, "sent an invalid message: `%s%s`", shown,
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

/* ---- requests and answers ---- */

/* Explains why no complete line arrived. */
static bool explain_wait(struct ib_worker_process *child, enum ib_worker_wait how, uint64_t timeout_ns,
                         const char *awaited, struct ib_outcome *outcome)
{
    switch (how) {
    case IB_TOO_LATE:
        return ib_outcome_set(outcome, IB_CASE_TIMEOUT, "no %s within %.3g s", awaited,
                              (double)timeout_ns / 1e9);
    case IB_TOO_LARGE:
        return explain_memory(child, outcome);
    case IB_TOO_MUCH_OUTPUT:
        return ib_outcome_set(outcome, IB_CASE_FAILED, "wrote over %d MiB to stdout and stderr",
                              IB_OUTPUT_LIMIT >> 20);
    case IB_WAIT_INTERRUPTED:
        return ib_outcome_set(outcome, IB_CASE_FAILED, "interrupted");
    case IB_GOT_LINE:
    case IB_STREAM_ENDED:
        break;
    }
    return explain_end(child, outcome);
}

static void report_progress(const struct ib_worker_process *child, const json_t *message)
{
    const json_t *loss = json_object_get(message, "loss");
    if (child->progress)
        child->progress(child->progress_context,
                        (uint64_t)json_integer_value(json_object_get(message, "epoch")),
                        json_is_number(loss) ? json_number_value(loss) : NAN); /* JSON has no NaN */
}

bool ib_worker_process_next(struct ib_worker_process *child, uint64_t timeout_ns, const char *awaited,
                            json_t **answer, struct ib_outcome *outcome)
{
    uint64_t deadline_ns = ib_now_ns() + timeout_ns;
    for (;;) {
        size_t length;
        enum ib_worker_wait how = ib_worker_io_await_line(&child->io, &child->memory, deadline_ns, &length);
        if (how != IB_GOT_LINE)
            return explain_wait(child, how, timeout_ns, awaited, outcome);
        json_t *message = json_loadb(child->io.line, length - 1, 0, NULL);
        const char *type = json_string_value(json_object_get(message, "type"));
        if (!type) {
            json_decref(message);
            return explain_garbage(outcome, child->io.line, length - 1);
        }
        child->heard_ns = ib_now_ns();
        ib_worker_io_drop_line(&child->io, length);
        if (strcmp(type, "progress") != 0) {
            *answer = message;
            return ib_outcome_set(outcome, IB_CASE_OK, "%s", "");
        }
        report_progress(child, message);
        json_decref(message);
        if (ib_now_ns() >= deadline_ns) /* progress without an end */
            return explain_wait(child, IB_TOO_LATE, timeout_ns, awaited, outcome);
    }
}

/* Turns an `error` message into a failure. */
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
    return ib_worker_process_next(child, timeout_ns, "answer", answer, outcome) && is_answer(answer, outcome);
}

/* An answer from before the question would make the time of what it answers as short as it likes. */
static bool is_waiting(struct ib_worker_process *child, struct ib_outcome *outcome)
{
    json_t *early = NULL;
    if (!ib_worker_io_has_line(&child->io))
        return true;
    if (!ib_worker_process_next(child, 0, "request", &early, outcome))
        return outcome->status == IB_CASE_TIMEOUT; /* nothing but progress */
    ib_outcome_set(outcome, IB_CASE_UNTRUSTED, "sent `%.40s` before it was asked",
                   json_string_value(json_object_get(early, "type")));
    json_decref(early);
    return false;
}

bool ib_worker_process_ask(struct ib_worker_process *child, json_t *request, uint64_t timeout_ns,
                           json_t **answer, struct ib_outcome *outcome)
{
    if (!request) /* the answer to none would never come */
        return ib_outcome_set(outcome, IB_CASE_FAILED,
                              "cannot be asked: a name or a path in the request is not valid UTF-8");
    if (!is_waiting(child, outcome)) {
        json_decref(request);
        return false;
    }
    /* The write fails if the child is gone or does not read; waiting for the answer gives the better reason.
     */
    enum ib_status sent = ib_protocol_write(child->io.to, request);
    json_decref(request);
    (void)sent;
    return ib_worker_process_await(child, timeout_ns, answer, outcome);
}

bool ib_worker_process_said(const json_t *message, const char *type, struct ib_outcome *outcome)
{
    const char *got = json_string_value(json_object_get(message, "type"));
    if (got && strcmp(got, type) == 0)
        return true;
    return ib_outcome_set(outcome, IB_CASE_FAILED, "sent `%.40s`, expected `%s`", got ? got : "", type);
}

bool ib_worker_process_limit_memory(struct ib_worker_process *child, uint64_t bytes, enum ib_memory_by by,
                                    struct ib_outcome *outcome)
{
    if (ib_memory_limit_begin(&child->memory, child->process.pid, bytes, by))
        return true;
    return ib_outcome_set(outcome, IB_CASE_FAILED,
                          "measure.memory_by is cgroup, but this user cannot create a cgroup with a memory "
                          "limit; use auto or polling");
}

void ib_worker_process_on_progress(struct ib_worker_process *child, ib_progress_fn *progress, void *context)
{
    child->progress = progress;
    child->progress_context = context;
}

const char *ib_worker_process_output(const struct ib_worker_process *child)
{
    return child->io.tail;
}

void ib_worker_process_quote(const struct ib_worker_process *child, struct ib_outcome *outcome)
{
    char line[200], why[300];
    if (!child || !child->ended || !ib_worker_io_last_line(&child->io, line, sizeof line))
        return;
    snprintf(why, sizeof why, "%.299s", outcome->reason);
    ib_outcome_set(outcome, outcome->status, "%s: \"%s\"", why, line);
}

uint64_t ib_worker_process_age_ns(const struct ib_worker_process *child)
{
    return child->heard_ns - child->started_ns;
}

uint64_t ib_worker_process_note_memory(struct ib_worker_process *child)
{
    const uint64_t now = ib_proc_peak_bytes(child->process.pid);
    child->peak_bytes = now > child->peak_bytes ? now : child->peak_bytes;
    return child->peak_bytes;
}

struct ib_proc_cpu_time ib_worker_process_cpu_time(const struct ib_worker_process *child)
{
    return ib_proc_cpu_time_of(child->process.pid);
}

bool ib_worker_process_finish(struct ib_worker_process *child, uint64_t timeout_ns,
                              struct ib_outcome *outcome)
{
    siginfo_t info;
    close(child->io.to);
    child->io.to = -1;
    if (!ib_worker_io_await_exit(&child->io, &child->process, timeout_ns) ||
        !ib_spawned_ended(&child->process, &info))
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
