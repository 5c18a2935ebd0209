#include "run/pass_profiled.h"

#include "run/pass.h"

enum { PROFILED_EPOCHS = 20 }; /* trained several times: enough for shares of the time */

const struct ib_profile *ib_pass_profiled(const struct ib_pass_context *context, const struct ib_case *c,
                                          struct ib_arena *arena, const char **reason)
{
    struct ib_job job;
    struct ib_worker_process *worker = NULL;
    struct ib_outcome outcome = {.status = IB_CASE_OK};
    struct ib_pass_result *result = ib_arena_alloc(arena, sizeof *result);
    struct ib_train_request request = {.pass = IB_PASS_PROFILED,
                                       .epochs = c->epochs < PROFILED_EPOCHS ? c->epochs : PROFILED_EPOCHS,
                                       .out = ""};
    *reason = "";
    if (c->residency == IB_HOST || c->impl->info->command) /* nobody can look into an external program */
        return NULL;
    bool ok = ib_pass_open(context, c, false, &job, &worker, &outcome) &&
              ib_pass_train(context, c, worker, &request, result, &outcome);
    ib_worker_process_end(worker);
    if (!ok)
        *reason = ib_arena_copy(arena, outcome.reason);
    return ok && result->profiled ? &result->profile : NULL;
}
