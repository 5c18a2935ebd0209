#include "run/give_problem.h"

bool ib_pass_give(const struct ib_pass_context *context, struct ib_worker_process *worker,
                  const struct ib_job *job, struct ib_outcome *outcome)
{
    json_t *ready = NULL;
    const bool ok = ib_worker_process_ask(worker, ib_job_to_json(job, "problem"),
                                          context->measure->timeout_ns, &ready, outcome) &&
                    ib_worker_process_said(ready, "ready", outcome);
    json_decref(ready);
    return ok;
}
