#include "run/pass_time_to_loss.h"

#include "run/external_pass.h"
#include "run/iteration_search.h"
#include "run/pass.h"
#include "run/train_loss.h"
#include "verify/prediction_fit.h"

#include <math.h>
#include <string.h>

/* The state of the trainings in one process. */
struct stopping {
    const struct ib_pass_context *context;
    const struct ib_case *c;
    struct ib_arena *arena; /* of the reasons */
    struct ib_job job;
    struct ib_worker_process *worker;
    double *x_test;
    struct ib_outcome outcome;
    const char *misfit; /* why its parameters cannot be used; NULL: they can */
};

static bool start(struct stopping *s)
{
    return ib_pass_open(s->context, s->c, false, &s->job, &s->worker, &s->outcome) &&
           ib_outcome_error(&s->outcome,
                            ib_npy_load(s->arena, s->job.x_test, ib_training_spec_test_features(&s->job.spec),
                                        &s->x_test));
}

/* Computes the loss of the returned parameters with our own arithmetic. They must match the predictions,
 * since any parameters could be returned otherwise. Returns false, with the reason in the outcome or in
 * `misfit`. */
static bool judge(struct stopping *s, const char *folder, double *loss)
{
    struct ib_arena arena = {0};
    struct ib_arrays arrays;
    double error;
    *loss = NAN;
    bool ok = ib_pass_load(&s->job, folder, 0, &arena, &arrays, &s->outcome);
    if (ok &&
        !ib_predictions_fit(&s->job.spec, arrays.final.params, s->x_test, arrays.final.predictions, &error)) {
        s->misfit = ib_arena_print(
            s->arena, "its predictions do not match the parameters that it returned: they are off by %.2g",
            error);
        ok = false;
    }
    if (ok)
        *loss = ib_train_loss(s->context->work, s->c, arrays.final.params);
    ib_arena_free(&arena);
    return ok;
}

/* ---- the search ---- */

static bool try(void *context, uint64_t epochs, double *loss) /* an ib_iteration_search_train_fn */
{
    struct stopping *s = context;
    struct ib_train_request request = {.pass = IB_PASS_TIMED, .epochs = epochs};
    return ib_outcome_error(&s->outcome, ib_pass_folder(s->context, s->worker, &request.out)) &&
           (ib_external_try(s->context, s->worker, &request, &s->outcome) ||
            ib_pass_name_limit(s->context, &s->outcome)) &&
           judge(s, request.out, loss);
}

static const char *why_none(struct stopping *s, const struct ib_found *found)
{
    if (s->misfit)
        return s->misfit;
    if (!found->claimed || found->epochs)
        return NULL;
    return ib_arena_print(s->arena,
                          "its reported losses reach this loss, but the parameters that it returned do not, "
                          "up to %llu iterations",
                          (unsigned long long)s->c->epochs);
}

void ib_pass_search(const struct ib_pass_context *context, const struct ib_case *c,
                    const struct ib_curve *curve, const double losses[IB_LOSS_TARGET_COUNT],
                    struct ib_arena *arena, struct ib_search_pass *out)
{
    struct stopping s = {.context = context, .c = c, .arena = arena, .outcome = {.status = IB_CASE_OK}};
    const struct ib_iteration_search search = {
        .curve = curve, .most = c->epochs, .train = try, .context = &s};
    struct ib_found found[IB_LOSS_TARGET_COUNT] = {{0}};
    const bool ok = start(&s) && ib_iteration_search(&search, losses, IB_LOSS_TARGET_COUNT, found);
    ib_worker_process_end(s.worker);
    *out =
        (struct ib_search_pass){.status = s.outcome.status, .reason = ib_arena_copy(arena, s.outcome.reason)};
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        out->stops[t] = (struct ib_stop_record){.target = (uint64_t)t + 1,
                                                .loss = losses[t],
                                                .epochs = ok ? found[t].epochs : 0,
                                                .trainings = found[t].trainings,
                                                .reason = why_none(&s, &found[t])};
}

/* ---- a round ---- */

/* Returns false if the process can no longer be used. */
static bool time_stop(struct stopping *s, const struct ib_stop_record *stop, uint64_t warmup,
                      struct ib_stop_time_record *out)
{
    struct ib_pass_result result;
    struct ib_train_request request = {.pass = IB_PASS_TIMED,
                                       .epochs = stop->epochs,
                                       .min_time_ns = s->context->measure->min_time_ns,
                                       .warmup = warmup};
    s->misfit = NULL;
    if (!ib_outcome_error(&s->outcome, ib_pass_folder(s->context, s->worker, &request.out)) ||
        !ib_pass_train(s->context, s->c, s->worker, &request, &result, &s->outcome))
        return false;
    if (judge(s, request.out, &out->loss) && out->loss <= stop->loss)
        out->train_ns = (double)result.trained_ns / (double)result.repeats;
    else if (s->outcome.status == IB_CASE_OK)
        out->reason =
            s->misfit ? s->misfit
                      : ib_arena_print(s->arena, "a training of %llu iterations no longer reaches this loss",
                                       (unsigned long long)stop->epochs);
    return s->outcome.status == IB_CASE_OK;
}

/* Returns the time of the previous stop if it has the same number of iterations and reaches this loss; NULL
 * otherwise. */
static const struct ib_stop_time_record *same_training(const struct ib_stop_record *stops, int t,
                                                       const struct ib_stop_time_record *times)
{
    const bool same = t > 0 && stops[t].epochs == stops[t - 1].epochs;
    return same && !isnan(times[t - 1].train_ns) && times[t - 1].loss <= stops[t].loss ? &times[t - 1] : NULL;
}

static void time_stops(struct stopping *s, const struct ib_stop_record *stops,
                       struct ib_stop_time_record *times)
{
    uint64_t warmup = s->context->measure->warmup; /* once per process, before its first training */
    bool usable = start(s);
    for (int t = 0; usable && t < IB_LOSS_TARGET_COUNT; t++) {
        const struct ib_stop_time_record *same = same_training(stops, t, times);
        if (!stops[t].epochs)
            continue;
        if (same) {
            times[t].train_ns = same->train_ns;
            times[t].loss = same->loss;
        } else {
            usable = time_stop(s, &stops[t], warmup, &times[t]);
        }
        warmup = 0;
    }
}

void ib_pass_stops(const struct ib_pass_context *context, const struct ib_case *c, uint64_t round,
                   const struct ib_stop_record stops[IB_LOSS_TARGET_COUNT], struct ib_arena *arena,
                   struct ib_stops_pass *out)
{
    struct stopping s = {.context = context, .c = c, .arena = arena, .outcome = {.status = IB_CASE_OK}};
    *out = (struct ib_stops_pass){0};
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        out->times[t] =
            (struct ib_stop_time_record){round, stops[t].epochs ? (uint64_t)t + 1 : 0, NAN, NAN, NULL};
    time_stops(&s, stops, out->times);
    ib_worker_process_end(s.worker);
    out->status = s.outcome.status;
    out->reason = ib_arena_copy(arena, s.outcome.reason);
    for (int t = 0; s.outcome.status != IB_CASE_OK && t < IB_LOSS_TARGET_COUNT; t++)
        if (isnan(out->times[t].train_ns) && !out->times[t].reason)
            out->times[t].reason = out->reason;
}
