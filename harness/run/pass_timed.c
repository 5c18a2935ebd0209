#include "run/pass.h"

#include "base/error.h"
#include "schedule.h"

#include <math.h>
#include <string.h>

#define CLOCKS_PART    0.02   /* of the time: no more than this is the clocks' own doing, */
#define CLOCK_STEPS_NS 2000.0 /* or this, in absolute terms */

static uint64_t count_reads(uint64_t epochs, uint64_t log_every)
{
    uint64_t reads = 0;
    for (uint64_t e = 1; log_every && e <= epochs; e++)
        reads += ib_logs_epoch(e, log_every);
    return reads;
}

/* The largest difference, relative to the largest value of `was`; 0 only for equal bits. NaN in the same
 * place on both sides is no difference: training that diverges is repeated like any other. */
static double difference(const double *is, const double *was, uint64_t n)
{
    double most = 0, scale = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (isfinite(was[i]) && fabs(was[i]) > scale)
            scale = fabs(was[i]);
        if (memcmp(&is[i], &was[i], sizeof *is) == 0 || (isnan(is[i]) && isnan(was[i])))
            continue;
        double d = fabs(is[i] - was[i]);
        most = d <= most ? most : isnan(d) ? INFINITY : d;
    }
    return scale > 0 ? most / scale : most;
}

bool ib_pass_repeats(const struct ib_case *c, const struct ib_final *checked, const struct ib_final *timed,
                     struct ib_outcome *outcome)
{
    bool exact = c->impl->info->flags & IB_DETERMINISTIC;
    double allowed = exact ? 0 : ib_tolerance(c->dtype);
    double params = difference(timed->params, checked->params, timed->n_params);
    double predictions = difference(timed->predictions, checked->predictions, timed->n_predictions);
    if (params <= allowed && predictions <= allowed)
        return true;
    return ib_outcome_set(outcome, IB_CASE_UNTRUSTED,
                          "the timed pass ended elsewhere than the checked one: %s differ by %.2g%s",
                          params > allowed ? "final parameters" : "predictions",
                          params > allowed ? params : predictions,
                          exact ? ", though the implementation says it is deterministic" : "");
}

/* A hog on the same core doubles the wall time while the thread's own stays: a sample in which they part is
 * marked. */
static void watch_cpu(const struct ib_case *c, const struct ib_pass_result *result, struct ib_timed *out)
{
    const double wall = (double)result->trained_ns, thread = (double)result->thread_cpu_ns;
    const double process = (double)result->process_cpu_ns;
    out->cpu_epoch_ns = thread / (double)result->repeats / (double)c->epochs;
    out->single_threaded = c->residency == IB_HOST && process - thread <= CLOCKS_PART * process;
    out->disturbed =
        out->single_threaded && wall - thread > CLOCKS_PART * wall && wall - thread > CLOCK_STEPS_NS;
}

static bool run_steps(const struct ib_bench *bench, const struct ib_case *c, const struct ib_final *checked,
                      struct ib_arena *arena, struct ib_child **child, struct ib_timed *out,
                      struct ib_outcome *outcome)
{
    struct ib_job job;
    struct ib_pass_result result;
    struct ib_arrays arrays;
    struct ib_train_request request = {.pass = IB_PASS_TIMED,
                                       .epochs = c->epochs,
                                       .log_every = c->log_every,
                                       .min_time_ns = bench->measure->min_time_ns,
                                       .warmup = bench->measure->warmup};
    if (!ib_pass_open(bench, c, false, &job, child, outcome) ||
        !ib_outcome_error(outcome, ib_workspace_folder(bench->work, &request.out)) ||
        !ib_pass_train(bench, *child, &request, &result, outcome) ||
        !ib_pass_load(&job, request.out, false, arena, &arrays, outcome))
        return false;
    struct ib_ledger *ledger = ib_arena_alloc(arena, sizeof *ledger);
    *ledger = result.ledger;
    out->ledger = ledger;
    out->phases = result.phases;
    out->repeats = result.repeats;
    out->epoch_ns = (double)result.trained_ns / (double)result.repeats / (double)c->epochs;
    out->median_epoch_ns = result.median_ns / (double)c->epochs;
    watch_cpu(c, &result, out);
    out->law_ok = ib_pass_obeys_law(c, &result, c->epochs, count_reads(c->epochs, c->log_every), outcome);
    return out->law_ok && ib_pass_witnessed(&result, outcome) &&
           ib_pass_repeats(c, checked, &arrays.final, outcome);
}

void ib_pass_timed(const struct ib_bench *bench, const struct ib_case *c, uint64_t round,
                   const struct ib_final *checked, struct ib_arena *arena, struct ib_timed *out)
{
    struct ib_child *child = NULL;
    struct ib_outcome outcome = {.status = IB_CASE_OK};
    *out = (struct ib_timed){.round = round};
    run_steps(bench, c, checked, arena, &child, out, &outcome);
    out->status = outcome.status;
    out->reason = ib_arena_copy(arena, outcome.reason);
    out->stderr_tail = child ? ib_arena_copy(arena, ib_child_output(child)) : "";
    ib_child_end(child);
}
