#include "run/pass_checked.h"

#include "base/error.h"
#include "core/loss_schedule.h"
#include "diagnose/diagnose.h"
#include "metrics/metric.h"
#include "run/external_pass.h"
#include "run/pass.h"
#include "run/train_loss.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The state of a checked pass. */
struct checking {
    const struct ib_pass_context *context;
    const struct ib_case *c;
    struct ib_arena *arena;
    struct ib_checked_pass *out;
    struct ib_arrays arrays;
    struct ib_job job;
    struct ib_worker_process *worker;
    struct ib_outcome outcome;
};

/* ---- trainings ---- */

static uint64_t count_reads(const struct ib_train_request *request)
{
    const uint64_t epochs = request->epochs;
    uint64_t reads = ib_logged_epochs(epochs, request->log_every);
    for (uint64_t e = 0; (e = ib_next_checked_epoch(e, epochs)) <= epochs;)
        reads += ib_logs_epoch(e, request->log_every) ? 0 : 1;
    return reads;
}

/* Trains `epochs` epochs; returns the result, the arrays and the number of losses read. false: see the
 * outcome. */
static bool train(struct checking *k, uint64_t epochs, struct ib_pass_result *result,
                  struct ib_arrays *arrays, uint64_t *reads)
{
    struct ib_train_request request = {
        .pass = IB_PASS_CHECKED, .epochs = epochs, .log_every = k->c->log_every};
    if (!ib_outcome_error(&k->outcome, ib_workspace_folder(k->context->work, &request.out)))
        return false;
    *reads = count_reads(&request);
    return ib_pass_train(k->context, k->c, k->worker, &request, result, &k->outcome) &&
           ib_pass_load(&k->job, request.out, epochs, k->arena, arrays, &k->outcome) &&
           (!result->external || ib_external_curve(k->c, epochs, k->arena, arrays, &k->outcome));
}

static void keep_transfers(struct checking *k, const struct ib_pass_result *result, uint64_t reads)
{
    k->out->check.phases = result->phases;
    k->out->check.peak_bytes = result->peak_bytes;
    k->out->check.device_peak_bytes = result->device_peak_bytes;
    if (result->external)
        return; /* its copies are unknown */
    struct ib_transfer_log *transfer_log = ib_arena_alloc(k->arena, sizeof *transfer_log);
    *transfer_log = result->transfer_log;
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
static const double *unscale(struct checking *k, const struct ib_prepared *prepared,
                             const double *predictions)
{
    const uint64_t n = ib_training_spec_predictions(&k->c->spec),
                   outputs = ib_network_outputs(&k->c->spec.net);
    double *values = ib_arena_alloc(k->arena, n * sizeof *values);
    for (uint64_t i = 0; i < n; i++)
        values[i] = predictions[i] * prepared->y_scale[i % outputs] + prepared->y_mean[i % outputs];
    return values;
}

static void measure_quality(struct checking *k, const struct ib_prepared *prepared)
{
    const struct ib_dataset *d = k->c->dataset;
    uint64_t n_metrics = 0;
    while (ib_metrics[n_metrics])
        n_metrics++;

    struct ib_scores scores = {.task = d->task,
                               .probability = ib_model_gives_probability(k->c->spec.net.loss),
                               .rows = d->test_rows,
                               .outputs = d->outputs,
                               .actual = prepared->y_test,
                               .predicted = unscale(k, prepared, k->arrays.final.predictions),
                               .train_loss = ib_train_loss(k->context->work, k->c, k->arrays.final.params),
                               .train_mean = prepared->train_mean,
                               .train_positive = prepared->train_mean[0]};
    double *metrics = ib_arena_alloc(k->arena, n_metrics * sizeof *metrics);
    for (uint64_t i = 0; i < n_metrics; i++)
        metrics[i] = ib_metrics[i]->compute(&scores);
    k->out->metrics = metrics;
    k->out->test_rows = d->test_rows;
    k->out->outputs = d->outputs;
    k->out->actual = scores.actual;
    k->out->predicted = scores.predicted;
}

/* ---- the verdict ---- */

/* Loads the initial parameters as one array, as the implementation saw them. */
static enum ib_status load_start(struct checking *k, const double **out)
{
    double *all = ib_arena_alloc(k->arena, ib_network_size(&k->job.spec.net) * sizeof *all), *next = all;
    for (uint32_t p = 0; p < ib_network_params(&k->job.spec.net); p++) {
        double *values;
        uint64_t n = ib_network_param_size(&k->job.spec.net, p);
        IB_TRY(ib_npy_load(k->arena, k->job.start[p], n, &values));
        memcpy(next, values, n * sizeof *values);
        next += n;
    }
    *out = all;
    return IB_OK;
}

/* The references for the verdict: the oracle's training and, if that ends early, single steps. */
struct evidence {
    const struct ib_trajectory *truth, *drift;
    const struct ib_arrays *arrays; /* the implementation's training of truth->epochs epochs, if any */
    struct ib_step steps[2];
    size_t n_steps;
};

static enum ib_status compare(struct checking *k, const struct evidence *e)
{
    struct ib_train_rows rows;
    struct ib_oracle_problem problem = {
        .spec = k->c->spec, .arithmetic = {.type = IB_F64}, .epochs = e->truth->epochs};
    struct ib_reference reference = {.spec = &k->c->spec,
                                     .truth = e->truth,
                                     .drift = e->drift,
                                     .steps = e->steps,
                                     .n_steps = e->n_steps,
                                     .problem = &problem};
    struct ib_answer answer = {.tf32 = ib_case_tf32(k->c),
                               .epochs = e->truth->epochs,
                               .curve = e->arrays->curve,
                               .sparse = k->c->impl->info->command != NULL,
                               .params = e->arrays->final.params,
                               .predictions = k->arrays.final.predictions,
                               .predictor = k->arrays.final.params};
    double *x_test;
    IB_TRY(ib_npy_load(k->arena, k->job.x_test, ib_training_spec_test_features(&k->job.spec), &x_test));
    reference.x_test = x_test;
    IB_TRY(load_start(k, &reference.start));
    if (!ib_train_rows_open(k->context->work, k->c, &rows))
        return ib_last_error()->code;
    ib_oracle_use_rows(&problem, &rows.x, &rows.y);
    problem.params = reference.start;
    ib_verify(&reference, &answer, &k->out->verification);
    enum ib_status status = ib_diagnose(&reference, &answer, &k->out->verification);
    ib_train_rows_close(&rows);
    return status;
}

/* Adds the single epoch `epoch`, from `from` to the end of the training `after`. at_start: `from` are the
 * initial parameters. Returns false if there is no reference. */
static bool add_step(struct checking *k, struct evidence *e, uint64_t epoch, const double *from,
                     bool at_start, const struct ib_arrays *after)
{
    struct ib_outcome oracle;
    struct ib_step *step = &e->steps[e->n_steps++];
    *step = (struct ib_step){
        .epoch = epoch, .from = from, .to = after->final.params, .loss = ib_loss_at(&after->curve, epoch)};
    if (ib_oracle_cache_step(k->context->oracle_cache, k->c, at_start ? NULL : from, &step->truth,
                             &step->drift, &oracle))
        return true;
    snprintf(k->out->verification.reason, sizeof k->out->verification.reason, "no reference: %.200s",
             oracle.reason);
    return false;
}

/* Adds the first and the last epoch. For the last one the implementation trains again, up to the epoch before
 * it; this requires a deterministic implementation. */
static bool add_steps(struct checking *k, struct evidence *e)
{
    struct ib_pass_result result;
    struct ib_arrays first, before_last;
    const double *start;
    uint64_t reads;
    const uint64_t last = k->c->epochs;
    if (!ib_outcome_error(&k->outcome, load_start(k, &start)) || !train(k, 1, &result, &first, &reads) ||
        !add_step(k, e, 1, start, true, &first))
        return false;
    if (last == 1 || !(k->c->impl->info->flags & IB_DETERMINISTIC))
        return true;
    return train(k, last - 1, &result, &before_last, &reads) &&
           add_step(k, e, last, before_last.final.params, false, &k->arrays);
}

/* Describes the references of the verdict. */
static const char *name_reference(struct checking *k, const struct evidence *e)
{
    const unsigned long long compared = e->truth->epochs, epochs = k->c->epochs;
    const char *trajectory = compared == 0        ? ""
                             : compared == epochs ? "final parameters, "
                             : compared == 1      ? "first epoch, "
                                                  : ib_arena_print(k->arena, "first %llu epochs, ", compared);
    if (e->n_steps == 0)
        return "oracle";
    const char *steps = e->n_steps == 2 ? ib_arena_print(k->arena, "epochs 1 and %llu", epochs) : "epoch 1";
    return ib_arena_print(k->arena, "oracle, %s%s by %d random vectors", trajectory, steps,
                          IB_SKETCH_VECTORS);
}

/* Compares the training with the oracle. If the oracle's budget ended before the last epoch, the
 * implementation trains again up to the same epoch, and single epochs are checked alone; the latter also if
 * no loss can be compared. */
static void verify(struct checking *k)
{
    struct evidence e = {.arrays = &k->arrays};
    struct ib_outcome oracle;
    struct ib_pass_result result;
    struct ib_arrays shorter;
    uint64_t reads;
    struct ib_verification *v = &k->out->verification;
    const char *algorithm = k->c->impl->info->algorithm;
    if (algorithm) {
        snprintf(v->reason, sizeof v->reason,
                 "%.100s is not the contract's gradient descent, so its parameters cannot be compared with "
                 "the oracle's",
                 algorithm);
        return;
    }
    if (!ib_oracle_cache_get(k->context->oracle_cache, k->c, &e.truth, &e.drift, &oracle)) {
        snprintf(v->reason, sizeof v->reason, "no reference: %.200s", oracle.reason);
        return;
    }
    if (e.truth->epochs < k->c->epochs) {
        if (e.truth->epochs > 0 && !train(k, e.truth->epochs, &result, &shorter, &reads))
            return;
        e.arrays = e.truth->epochs > 0 ? &shorter : e.arrays;
    }
    const bool decided =
        e.truth->epochs == k->c->epochs && ib_losses_decide(e.truth, e.drift, k->c->spec.dtype);
    if (!decided && !add_steps(k, &e))
        return;
    k->out->check.reference = name_reference(k, &e);
    enum ib_status status = compare(k, &e);
    if (status != IB_OK)
        ib_outcome_error(&k->outcome, status);
}

/* ---- profile ---- */

enum { PROFILED_EPOCHS = 20 }; /* repeated several times: enough for shares of the time */

/* Profiles an epoch by a short training that waits after every step. Returns NULL for work in host memory
 * (*reason is "") or on failure (*reason says why). Allocates in the arena. */
static const struct ib_profile *profile(const struct ib_pass_context *context, const struct ib_case *c,
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
    if (c->residency == IB_HOST || c->impl->info->command) /* external programs cannot be profiled */
        return NULL;
    bool ok = ib_pass_open(context, c, false, &job, &worker, &outcome) &&
              ib_pass_train(context, c, worker, &request, result, &outcome);
    ib_worker_process_end(worker);
    if (!ok)
        *reason = ib_arena_copy(arena, outcome.reason);
    return ok && result->profiled ? &result->profile : NULL;
}

/* ---- the pass ---- */

static void run_steps(struct checking *k)
{
    struct ib_pass_result result;
    const struct ib_prepared *prepared;
    uint64_t reads;
    if (!ib_pass_open(k->context, k->c, true, &k->job, &k->worker, &k->outcome))
        return;
    if (k->context->progress)
        ib_worker_process_on_progress(k->worker, k->context->progress, k->context->progress_context);
    if (!train(k, k->c->epochs, &result, &k->arrays, &reads))
        return;
    ib_worker_process_on_progress(k->worker, NULL, NULL); /* further trainings report no progress */
    keep_transfers(k, &result, reads);
    k->out->curve = k->arrays.curve;
    k->out->seconds = k->arrays.seconds;
    k->out->final = k->arrays.final;
    k->out->check.convergence = ib_convergence_of(&k->arrays.curve);
    if (ib_workspace_prepare(k->context->work, k->c, k->c->spec.dtype, &prepared) == IB_OK)
        measure_quality(k, prepared);
    verify(k);
}

void ib_pass_checked(const struct ib_pass_context *context, const struct ib_case *c, struct ib_arena *arena,
                     struct ib_checked_pass *out)
{
    struct checking k = {.context = context, .c = c, .arena = arena, .out = out};
    *out = (struct ib_checked_pass){
        .check.as_expected = IB_UNKNOWN,
        .verification = {.loss_error = NAN, .params_error = NAN, .prediction_error = NAN}};
    ib_outcome_set(&k.outcome, IB_CASE_OK, "%s", "");
    run_steps(&k);
    out->check.status = k.outcome.status;
    out->check.reason = ib_arena_copy(arena, k.outcome.reason);
    out->check.stderr_tail = k.worker ? ib_arena_copy(arena, ib_worker_process_output(k.worker)) : "";
    ib_worker_process_end(k.worker);
    if (out->check.status == IB_CASE_OK)
        out->profile = profile(context, c, arena, &out->profile_reason);
}
