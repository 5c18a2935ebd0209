/* A child process that speaks the protocol. It never outlives its parent. */
#ifndef IB_PARENT_WORKER_PROCESS_H
#define IB_PARENT_WORKER_PROCESS_H

#include "core/case_status.h"
#include "parent/memory_limit.h"
#include "parent/proc_cpu_time.h"
#include "parent/worker_files.h"
#include "parent/worker_progress.h"

#include <jansson.h>
#include <sched.h>

struct ib_worker_process;

/* Starts a child by fork and immediate exec (a child that kept running after fork would hang in OpenMP, PoCL
 * and CUDA), in its own process group, with the protocol on descriptors 3 and 4, and stdout and stderr
 * captured. argv ends with NULL; argv[0] is a path, or a name without a slash that is looked up in PATH. The
 * kernel kills the child when this process dies. Waits for the child's `hello`. cpus: the CPUs it may use;
 * NULL: those of this process. files: for a child that runs an implementation; it gets a folder of its
 * own, and is in a sandbox if all such are (ib_sandbox_workers); NULL: for the program's own work. *out is
 * set even on failure, unless the child could not be started. */
bool ib_worker_process_start(const char *const *argv, const cpu_set_t *cpus,
                             const struct ib_worker_files *files, uint64_t timeout_ns,
                             struct ib_worker_process **out, struct ib_outcome *);

/* Starts a worker of `program`, the path of an ironbench binary; NULL: this one, even if its file has been
 * removed or replaced since it was started. */
bool ib_worker_start(const char *program, const cpu_set_t *cpus, const struct ib_worker_files *files,
                     uint64_t timeout_ns, struct ib_worker_process **out, struct ib_outcome *);

/* Returns whether a worker answers at all, without any implementation. */
bool ib_worker_can_start(const char *program, uint64_t timeout_ns, struct ib_outcome *);

/* Repeats what was spoilt by a signal to a child that neither this process nor, as far as is known, the
 * kernel has sent, since that says nothing about what the child ran: struct ib_retry retry =
 * ib_retry_begin(); do ...; while (ib_retry_after_kill(&retry)); A few times in a row at most, and not after
 * an interrupt. */
struct ib_retry {
    uint64_t kills; /* so far, in this process */
    int left;
};
struct ib_retry ib_retry_begin(void);
bool ib_retry_after_kill(struct ib_retry *);
/* Counts a kill that another process has told of. */
void ib_retry_note_kill(void);

/* Sends a request (taking its reference) and waits for the answer. Returns false if no usable answer came:
 * the outcome says whether the child crashed, hung, exited, sent garbage or reported an error, and the child
 * must be ended. */
bool ib_worker_process_ask(struct ib_worker_process *, json_t *request, uint64_t timeout_ns, json_t **answer,
                           struct ib_outcome *);
/* Waits for another message after the answer. Errors as above. */
bool ib_worker_process_await(struct ib_worker_process *, uint64_t timeout_ns, json_t **answer,
                             struct ib_outcome *);
/* Checks that a message has the expected type; false sets the outcome. */
bool ib_worker_process_said(const json_t *message, const char *type, struct ib_outcome *);
/* Limits the child's memory from now on: exceeding it ends a wait with IB_CASE_OOM. 0: no limit. */
bool ib_worker_process_limit_memory(struct ib_worker_process *, uint64_t bytes, enum ib_memory_by,
                                    struct ib_outcome *);
void ib_worker_process_on_progress(struct ib_worker_process *, ib_progress_fn *, void *context);

/* Makes a folder in the child's own, for the output of one request, under a name that the child cannot know;
 * the path lives in the arena. IB_EIO. */
enum ib_status ib_worker_process_folder(struct ib_worker_process *, struct ib_arena *, const char **out);

/* The last 2 KiB that the child wrote to stdout and stderr; valid until it is ended. */
const char *ib_worker_process_output(const struct ib_worker_process *);
/* If the child exited unexpectedly or was killed by a signal, appends its last line of output to the reason.
 * NULL is allowed. */
void ib_worker_process_quote(const struct ib_worker_process *, struct ib_outcome *);
/* Wall time from the start to the newest message. */
uint64_t ib_worker_process_age_ns(const struct ib_worker_process *);
/* Notes how much memory the child has used so far, and returns the most that was noted: a child can reset the
 * kernel's own mark. 0: unknown. */
uint64_t ib_worker_process_note_memory(struct ib_worker_process *);
/* CPU times of the child process and of the calling thread. */
struct ib_proc_cpu_time ib_worker_process_cpu_time(const struct ib_worker_process *);

/* Closes the request stream and waits for the child to exit. Returns false if it did not exit in time, or not
 * with status 0. It must be ended in any case. */
bool ib_worker_process_finish(struct ib_worker_process *, uint64_t timeout_ns, struct ib_outcome *);

/* Kills the whole process group, reaps the child, and removes its folder. NULL is allowed. */
void ib_worker_process_end(struct ib_worker_process *);

#endif
