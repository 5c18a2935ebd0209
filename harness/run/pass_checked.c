#include "run/pass_checked.h"

#include "base/error.h"
#include "metrics/metric.h"
#include "run/case_limit.h"
#include "run/pass.h"
#include "run/pass_counted.h"
#include "run/pass_evidence.h"
#include "run/train_loss.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void keep_transfers(struct ib_checked_state *k, const struct ib_pass_result *result, uint64_t reads)
{
    k->out->check.phases = result->phases;
    k->out->check.peak_bytes = result->peak_bytes;
    k->out->check.device_peak_bytes = result->device_peak_bytes;
    if (result->external)
        return; /* its copies are unknown */
    struct ib_transfer_log *transfer_log = ib_arena_alloc(k->arena, sizeof *transfer_log);
    ib_transfer_log_copy(&result->transfer_log, transfer_log);
    k->out->transfer_log = transfer_log;
    k->out->check.path = result->fused ? "fused" : "ops";
    k->out->check.as_expected =
        ib_truth_of(true, ib_pass_copies_as_expected(k->c, result, reads, &k->outcome));
    struct ib_driver_counters *tracer = ib_arena_alloc(k->arena, sizeof *tracer);
    *tracer = result->tracer;
    k->out->tracer = tracer;
    k->out->tracer_agrees = ib_pass_tracer_agrees(result, &k->outcome);
}

/* ---- metrics ---- */

/* Predictions in the target's units. */
static const double *unscale(struct ib_checked_state *k, const struct ib_prepared *prepared,
                             const double *predictions)
{
    const uint64_t n = ib_training_spec_predictions(&k->c->spec),
                   outputs = ib_network_outputs(&k->c->spec.net);
    double *values = ib_arena_alloc(k->arena, n * sizeof *values);
    for (uint64_t i = 0; i < n; i++)
        values[i] = predictions[i] * prepared->y_scale[i % outputs] + prepared->y_mean[i % outputs];
    return values;
}

/* The class with the most training rows: of one output, its mean is the share of class 1. */
static uint64_t majority_of(const struct ib_prepared *prepared, uint64_t outputs)
{
    uint64_t most = 0;
    if (outputs == 1)
        return prepared->train_mean[0] >= 0.5;
    for (uint64_t c = 1; c < outputs; c++)
        most = prepared->train_mean[c] > prepared->train_mean[most] ? c : most;
    return most;
}

/* What the record keeps of the predictions: of classes, a score of class 1 of two, or the class itself. */
static const double *recorded(struct ib_checked_state *k, const struct ib_scores *scores)
{
    if (scores->outputs == k->c->dataset->outputs)
        return scores->predicted;
    double *values = ib_arena_alloc(k->arena, scores->rows * sizeof *values);
    for (uint64_t i = 0; i < scores->rows; i++)
        values[i] = scores->outputs == 2 ? scores->predicted[2 * i + 1] : (double)ib_scores_class(scores, i);
    return values;
}

static void measure_quality(struct ib_checked_state *k, const struct ib_prepared *prepared)
{
    const struct ib_dataset *d = k->c->dataset;
    uint64_t n_metrics = 0;
    while (ib_metrics[n_metrics])
        n_metrics++;

    struct ib_scores scores = {.task = d->task,
                               .probability = ib_loss_gives_probability(k->c->spec.net.loss),
                               .rows = d->test_rows,
                               .outputs = ib_network_outputs(&k->c->spec.net),
                               .classes = d->classes,
                               .actual = prepared->y_test,
                               .predicted = unscale(k, prepared, k->arrays.final.predictions),
                               .train_loss = ib_train_loss(k->context->work, k->c, k->arrays.final.params),
                               .train_mean = prepared->train_mean,
                               .majority = majority_of(prepared, ib_network_outputs(&k->c->spec.net))};
    double *metrics = ib_arena_alloc(k->arena, n_metrics * sizeof *metrics);
    for (uint64_t i = 0; i < n_metrics; i++)
        metrics[i] = ib_metrics[i]->compute(&scores);
    k->out->metrics = metrics;
    k->out->test_rows = d->test_rows;
    k->out->outputs = d->outputs;
    k->out->actual = scores.actual;
    k->out->predicted = recorded(k, &scores);
}

/* ---- profile ---- */

enum { PROFILED_EPOCHS = 20 }; /* repeated several times: enough for shares of the time */
#define PROFILE_NS 50e6 /* of one repetition on the host, where the whole epoch is known to be computing */

static uint64_t profiled_epochs(const struct ib_case *c, uint64_t train_ns)
{
    const double affordable = PROFILE_NS / ((double)train_ns / (double)c->epochs + 1);
    uint64_t epochs = c->epochs < PROFILED_EPOCHS ? c->epochs : PROFILED_EPOCHS;
    if (c->residency == IB_HOST && affordable < (double)epochs)
        epochs = affordable < 1 ? 1 : (uint64_t)affordable;
    return epochs;
}

/* Profiles an epoch by a short training that waits after every step; train_ns: of a whole one. Returns NULL
 * for external programs (*reason is "") or on failure (*reason says why). Allocates in the arena. */
static const struct ib_pass_result *profile(const struct ib_pass_context *context, const struct ib_case *c,
                                            uint64_t train_ns, struct ib_arena *arena, const char **reason)
{
    struct ib_job job;
    struct ib_worker_process *worker = NULL;
    struct ib_outcome outcome = {.status = IB_CASE_OK};
    struct ib_pass_result *result = ib_arena_alloc(arena, sizeof *result);
    struct ib_train_request request = {
        .pass = IB_PASS_PROFILED, .epochs = profiled_epochs(c, train_ns), .out = ""};
    *reason = "";
    if (c->impl->info->command)
        return NULL;
    bool ok = ib_pass_open(context, c, false, &job, &worker, &outcome) &&
              ib_pass_train(context, c, worker, &request, result, &outcome);
    ib_worker_process_end(worker);
    if (!ok)
        *reason = ib_arena_copy(arena, outcome.reason);
    ib_case_work(context, c, &result->profile);
    return ok && result->profiled ? result : NULL;
}

/* ---- the pass ---- */

static void run_steps(struct ib_checked_state *k)
{
    struct ib_pass_result result;
    const struct ib_prepared *prepared;
    uint64_t reads;
    if (!ib_pass_open(k->context, k->c, true, &k->job, &k->worker, &k->outcome))
        return;
    if (k->context->progress)
        ib_worker_process_on_progress(k->worker, k->context->progress, k->context->progress_context);
    if (!ib_checked_train(k, k->worker, k->c->epochs, 0, &result, &k->arrays, &reads))
        return;
    ib_worker_process_on_progress(k->worker, NULL, NULL); /* further trainings report no progress */
    keep_transfers(k, &result, reads);
    k->out->curve = k->arrays.curve;
    k->out->seconds = k->arrays.seconds;
    k->out->final = k->arrays.final;
    k->out->check.convergence = ib_convergence_of(&k->arrays.curve);
    if (ib_workspace_prepare(k->context->work, k->c, k->c->spec.dtype, &prepared) == IB_OK)
        measure_quality(k, prepared);
    const struct ib_outcome copies = k->outcome;
    ib_checked_verify(k); /* its trainings have outcomes of their own */
    if (k->outcome.status == IB_CASE_OK)
        k->outcome = copies;
}

void ib_pass_checked(const struct ib_pass_context *context, const struct ib_case *c, struct ib_arena *arena,
                     struct ib_checked_pass *out)
{
    struct ib_checked_state k = {.context = context, .c = c, .arena = arena, .out = out};
    *out = (struct ib_checked_pass){
        .check.as_expected = IB_UNKNOWN,
        .verification = {.loss_error = NAN, .params_error = NAN, .prediction_error = NAN}};
    ib_outcome_set(&k.outcome, IB_CASE_OK, "%s", "");
    run_steps(&k);
    ib_case_limit(context, c, arena, &out->check.limit);
    out->check.status = k.outcome.status;
    out->check.reason = ib_arena_copy(arena, k.outcome.reason);
    if (!out->check.stderr_tail) /* else of the process that went on */
        out->check.stderr_tail = k.worker ? ib_arena_copy(arena, ib_worker_process_output(k.worker)) : "";
    ib_worker_process_end(k.worker);
    if (out->check.status != IB_CASE_OK)
        return;
    ib_pass_counted(context, c, arena, &out->check.instructions);
    const struct ib_pass_result *profiled =
        profile(context, c, out->check.phases.train_ns, arena, &out->profile_reason);
    out->profile = profiled ? &profiled->profile : NULL;
    out->timeline = profiled ? &profiled->timeline : NULL;
}
