/* A child process that speaks the protocol: started, asked, ended, and never left behind. */
#ifndef IB_PARENT_WORKER_PROCESS_H
#define IB_PARENT_WORKER_PROCESS_H

#include "core/outcome.h"
#include "parent/memory_limit.h"
#include "parent/proc_cpu_time.h"

#include <jansson.h>
#include <sched.h>

struct ib_worker_process;

/* fork, then exec at once (a forked child that goes on would hang in OpenMP, PoCL and CUDA), in a process
 * group of its own, with the protocol on descriptors 3 and 4, and stdout and stderr captured. argv ends with
 * NULL; argv[0] is a path, or without a slash a name that PATH knows. The kernel kills the child when this
 * process dies. Waits for the child's hello. It may use only `cpus`; NULL: those of this process. */
bool ib_worker_process_start(const char *const *argv, const cpu_set_t *cpus, uint64_t timeout_ns,
                             struct ib_worker_process **out, struct ib_outcome *);

/* A worker of `program`, the path of an ironbench; NULL: of this one. */
bool ib_worker_start(const char *program, const cpu_set_t *cpus, uint64_t timeout_ns,
                     struct ib_worker_process **out, struct ib_outcome *);

/* Called for each progress message while an answer is awaited. */
typedef void ib_progress_fn(void *context, uint64_t epoch, double loss);

/* Sends a request (whose reference it takes) and waits for the answer. false: no usable answer came; the
 * outcome says whether the child crashed, hung, exited, spoke garbage or reported an error, and the child
 * must be ended. */
bool ib_worker_process_ask(struct ib_worker_process *, json_t *request, uint64_t timeout_ns, json_t **answer,
                           struct ib_outcome *);
/* Waits for another message of the child's, after its answer. Errors are as above. */
bool ib_worker_process_await(struct ib_worker_process *, uint64_t timeout_ns, json_t **answer,
                             struct ib_outcome *);
/* Whether a message has the type that its turn asks for; false sets the outcome. */
bool ib_worker_process_said(const json_t *message, const char *type, struct ib_outcome *);
/* From now on, a wait ends as out of memory when the child has more than this to itself. 0: no limit. */
bool ib_worker_process_limit_memory(struct ib_worker_process *, uint64_t bytes, enum ib_memory_by,
                                    struct ib_outcome *);
void ib_worker_process_on_progress(struct ib_worker_process *, ib_progress_fn *, void *context);

/* The last lines that it wrote to stderr or stdout, the last 2 KiB; valid until the child is ended. */
const char *ib_worker_process_output(const struct ib_worker_process *);
/* Who ends has usually said why: where the child ended by itself, or by a signal, its last line joins the
 * reason. NULL is allowed. */
void ib_worker_process_quote(const struct ib_worker_process *, struct ib_outcome *);
/* Wall time from its start until its newest message. */
uint64_t ib_worker_process_age_ns(const struct ib_worker_process *);
/* Of its process, and of the thread that asks. */
struct ib_proc_cpu_time ib_worker_process_cpu_time(const struct ib_worker_process *);

/* Sends the end of all requests and waits for the child to exit by itself; false: it did not in time, or not
 * with status 0. It must be ended in any case. */
bool ib_worker_process_finish(struct ib_worker_process *, uint64_t timeout_ns, struct ib_outcome *);

/* Kills the whole group and reaps. NULL is allowed. */
void ib_worker_process_end(struct ib_worker_process *);

#endif
