#include "run/pass.h"

#include "base/error.h"
#include "base/npy.h"
#include "metrics/metric.h"
#include "run/outside.h"
#include "schedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the steps of one checked pass hand on. */
struct checking {
    const struct ib_bench *bench;
    const struct ib_case *c;
    struct ib_arena *arena;
    struct ib_checked *out;
    struct ib_arrays arrays;
    struct ib_job job;
    struct ib_child *child;
    struct ib_outcome outcome;
};

static uint64_t count_reads(const struct ib_train_request *request)
{
    uint64_t reads = 0;
    for (uint64_t e = 1; e <= request->epochs; e++)
        reads += ib_checks_epoch(e, request->epochs) || ib_logs_epoch(e, request->log_every);
    return reads;
}

/* One training of `epochs` epochs; its arrays, and what it reported. */
static bool train(struct checking *k, uint64_t epochs, struct ib_pass_result *result,
                  struct ib_arrays *arrays, uint64_t *reads)
{
    struct ib_train_request request = {
        .pass = IB_PASS_CHECKED, .epochs = epochs, .log_every = k->c->log_every};
    if (!ib_outcome_error(&k->outcome, ib_workspace_folder(k->bench->work, &request.out)))
        return false;
    *reads = count_reads(&request);
    return ib_pass_train(k->bench, k->c, k->child, &request, result, &k->outcome) &&
           ib_pass_load(&k->job, request.out, true, k->arena, arrays, &k->outcome) &&
           (!result->outside || ib_outside_curve(k->c, epochs, k->arena, arrays, &k->outcome));
}

static void keep_account(struct checking *k, const struct ib_pass_result *result, uint64_t reads)
{
    k->out->phases = result->phases;
    if (result->outside)
        return; /* nobody can look into it */
    struct ib_ledger *ledger = ib_arena_alloc(k->arena, sizeof *ledger);
    *ledger = result->ledger;
    k->out->ledger = ledger;
    k->out->path = result->fused ? "fused" : "ops";
    k->out->law_ok = ib_pass_obeys_law(k->c, result, k->c->epochs, reads, &k->outcome);
    struct ib_testimony *witness = ib_arena_alloc(k->arena, sizeof *witness);
    *witness = result->witness;
    k->out->witness = witness;
    k->out->witness_agrees = ib_pass_witnessed(result, &k->outcome);
}

/* ---- metrics ---- */

/* Predictions in the target's units. */
static const double *unscale(struct checking *k, const struct ib_prepared *prepared,
                             const double *predictions)
{
    uint64_t outputs = k->c->dataset->outputs, n = k->c->dataset->test_rows * outputs;
    double *values = ib_arena_alloc(k->arena, n * sizeof *values);
    for (uint64_t i = 0; i < n; i++)
        values[i] = predictions[i] * prepared->y_scale[i % outputs] + prepared->y_mean[i % outputs];
    return values;
}

/* The training rows for the oracle's arithmetic; mapped until closed. */
struct exact_rows {
    struct ib_npy x, y;
};

static bool open_exact(const struct checking *k, struct exact_rows *out)
{
    const struct ib_prepared *exact;
    if (ib_workspace_prepare(k->bench->work, k->c, ib_workspace_exact_type(k->c), &exact) != IB_OK ||
        ib_npy_open(exact->x, &out->x) != IB_OK)
        return false;
    if (ib_npy_open(exact->y, &out->y) == IB_OK)
        return true;
    ib_npy_close(&out->x);
    return false;
}

static void close_exact(struct exact_rows *rows)
{
    ib_npy_close(&rows->x);
    ib_npy_close(&rows->y);
}

/* The loss of the final parameters on the training rows. */
static double train_loss(const struct checking *k, const double *params)
{
    struct exact_rows rows;
    if (!open_exact(k, &rows))
        return NAN;
    struct ib_oracle_problem problem = {.net = k->job.net, .params = params};
    ib_oracle_use_rows(&problem, &rows.x, &rows.y);
    double loss = ib_oracle_problem_loss(&problem);
    close_exact(&rows);
    return loss;
}

static void measure_quality(struct checking *k, const struct ib_prepared *prepared)
{
    const struct ib_dataset *d = k->c->dataset;
    uint64_t n_metrics = 0;
    while (ib_metrics[n_metrics])
        n_metrics++;

    struct ib_scores scores = {.task = d->task,
                               .probability = ib_model_gives_probability(k->c->loss),
                               .rows = d->test_rows,
                               .outputs = d->outputs,
                               .actual = prepared->y_test,
                               .predicted = unscale(k, prepared, k->arrays.final.predictions),
                               .train_loss = train_loss(k, k->arrays.final.params),
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

static double *as_f64(struct ib_arena *arena, const struct ib_npy *npy)
{
    double *values = ib_arena_alloc(arena, npy->rows * npy->cols * sizeof *values);
    for (uint64_t i = 0; i < npy->rows * npy->cols; i++)
        values[i] = ib_npy_at(npy, i);
    return values;
}

static enum ib_status load_f64(struct ib_arena *arena, const char *path, const double **out)
{
    struct ib_npy npy;
    IB_TRY(ib_npy_open(path, &npy));
    *out = as_f64(arena, &npy);
    ib_npy_close(&npy);
    return IB_OK;
}

/* The start as one array, as the implementation saw it. */
static enum ib_status load_start(struct checking *k, const double **out)
{
    double *all = ib_arena_alloc(k->arena, ib_network_size(&k->job.net) * sizeof *all), *next = all;
    for (uint32_t p = 0; p < ib_network_params(&k->job.net); p++) {
        const double *values;
        uint64_t n = ib_network_param_size(&k->job.net, p);
        IB_TRY(load_f64(k->arena, k->job.start[p], &values));
        memcpy(next, values, n * sizeof *values);
        next += n;
    }
    *out = all;
    return IB_OK;
}

static enum ib_status compare(struct checking *k, const struct ib_trajectory *truth,
                              const struct ib_trajectory *drift, const struct ib_arrays *arrays)
{
    struct exact_rows rows;
    struct ib_oracle_problem problem = {
        .net = k->job.net, .lr = k->c->lr, .epochs = truth->epochs, .type = IB_F64};
    struct ib_reference reference = {.net = &k->job.net,
                                     .truth = truth,
                                     .drift = drift,
                                     .test_rows = k->job.test_rows,
                                     .problem = &problem};
    struct ib_answer answer = {.type = k->c->dtype,
                               .epochs = truth->epochs,
                               .curve = arrays->curve,
                               .sparse = k->c->impl->info->command != NULL,
                               .params = arrays->final.params,
                               .predictions = arrays->final.predictions};
    IB_TRY(load_f64(k->arena, k->job.x_test, &reference.x_test));
    IB_TRY(load_start(k, &reference.start));
    if (!open_exact(k, &rows))
        return ib_last_error()->code;
    ib_oracle_use_rows(&problem, &rows.x, &rows.y);
    problem.params = reference.start;
    ib_verify(&reference, &answer, &k->out->verification);
    close_exact(&rows);
    return IB_OK;
}

/* Against the oracle; where its budget ended before the last epoch, the implementation trains once more, that
 * far. */
static void verify(struct checking *k)
{
    const struct ib_trajectory *truth, *drift;
    struct ib_outcome oracle;
    struct ib_verification *v = &k->out->verification;
    const char *algorithm = k->c->impl->info->algorithm;
    if (algorithm) {
        snprintf(v->reason, sizeof v->reason,
                 "%.100s is another algorithm than the contract's gradient descent, so there is nothing to "
                 "compare its parameters with",
                 algorithm);
        return;
    }
    if (!ib_reference_get(k->bench->references, k->c, &truth, &drift, &oracle)) {
        snprintf(v->reason, sizeof v->reason, "no reference: %.200s", oracle.reason);
        return;
    }
    struct ib_arrays shorter;
    const struct ib_arrays *arrays = &k->arrays;
    k->out->reference = "oracle";
    if (truth->epochs < k->c->epochs) {
        struct ib_pass_result result;
        uint64_t reads;
        k->out->reference =
            ib_arena_print(k->arena, "oracle, first %llu epochs", (unsigned long long)truth->epochs);
        if (!train(k, truth->epochs, &result, &shorter, &reads))
            return;
        arrays = &shorter;
    }
    enum ib_status status = compare(k, truth, drift, arrays);
    if (status != IB_OK)
        ib_outcome_error(&k->outcome, status);
}

static void run_steps(struct checking *k)
{
    struct ib_pass_result result;
    const struct ib_prepared *prepared;
    uint64_t reads;
    if (!ib_pass_open(k->bench, k->c, true, &k->job, &k->child, &k->outcome))
        return;
    if (k->bench->progress)
        ib_child_on_progress(k->child, k->bench->progress, k->bench->progress_context);
    if (!train(k, k->c->epochs, &result, &k->arrays, &reads))
        return;
    keep_account(k, &result, reads);
    k->out->curve = k->arrays.curve;
    k->out->seconds = k->arrays.seconds;
    k->out->final = k->arrays.final;
    k->out->convergence = ib_convergence_of(&k->arrays.curve);
    if (ib_workspace_prepare(k->bench->work, k->c, k->c->dtype, &prepared) == IB_OK)
        measure_quality(k, prepared);
    verify(k);
}

void ib_pass_checked(const struct ib_bench *bench, const struct ib_case *c, struct ib_arena *arena,
                     struct ib_checked *out)
{
    struct checking k = {.bench = bench, .c = c, .arena = arena, .out = out};
    *out = (struct ib_checked){
        .verification = {.loss_error = NAN, .params_error = NAN, .prediction_error = NAN}};
    ib_outcome_set(&k.outcome, IB_CASE_OK, "%s", "");
    run_steps(&k);
    out->status = k.outcome.status;
    out->reason = ib_arena_copy(arena, k.outcome.reason);
    out->stderr_tail = k.child ? ib_arena_copy(arena, ib_child_output(k.child)) : "";
    ib_child_end(k.child);
    if (out->status == IB_CASE_OK)
        out->profile = ib_pass_profiled(bench, c, arena, &out->profile_reason);
}
