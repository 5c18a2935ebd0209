#include "run/pass_verdict.h"

#include "base/error.h"
#include "core/loss_schedule.h"
#include "diagnose/diagnose.h"
#include "run/external_pass.h"
#include "run/pass.h"
#include "run/train_loss.h"

#include <stdio.h>
#include <string.h>

static uint64_t count_reads(const struct ib_train_request *request)
{
    uint64_t reads = 0;
    for (uint64_t e = 1; e <= request->epochs; e++)
        reads += ib_checks_epoch(e, request->epochs) || ib_logs_epoch(e, request->log_every);
    return reads;
}

bool ib_checking_train(struct ib_checking *k, uint64_t epochs, struct ib_pass_result *result,
                       struct ib_arrays *arrays, uint64_t *reads)
{
    struct ib_train_request request = {
        .pass = IB_PASS_CHECKED, .epochs = epochs, .log_every = k->c->log_every};
    if (!ib_outcome_error(&k->outcome, ib_workspace_folder(k->context->work, &request.out)))
        return false;
    *reads = count_reads(&request);
    return ib_pass_train(k->context, k->c, k->worker, &request, result, &k->outcome) &&
           ib_pass_load(&k->job, request.out, true, k->arena, arrays, &k->outcome) &&
           (!result->outside || ib_external_curve(k->c, epochs, k->arena, arrays, &k->outcome));
}

/* The start as one array, as the implementation saw it. */
static enum ib_status load_start(struct ib_checking *k, const double **out)
{
    double *all = ib_arena_alloc(k->arena, ib_network_size(&k->job.net) * sizeof *all), *next = all;
    for (uint32_t p = 0; p < ib_network_params(&k->job.net); p++) {
        const double *values;
        uint64_t n = ib_network_param_size(&k->job.net, p);
        IB_TRY(ib_npy_load(k->arena, k->job.start[p], &values));
        memcpy(next, values, n * sizeof *values);
        next += n;
    }
    *out = all;
    return IB_OK;
}

/* What the answer is compared with: the oracle's training, and where that ends early, steps. */
struct evidence {
    const struct ib_trajectory *truth, *drift;
    const struct ib_arrays *arrays; /* the training of truth->epochs epochs, if there is one */
    struct ib_step steps[2];
    size_t n_steps;
};

static enum ib_status compare(struct ib_checking *k, const struct evidence *e)
{
    struct ib_train_rows rows;
    struct ib_oracle_problem problem = {
        .net = k->job.net, .lr = k->c->lr, .epochs = e->truth->epochs, .type = IB_F64};
    struct ib_reference reference = {.net = &k->job.net,
                                     .truth = e->truth,
                                     .drift = e->drift,
                                     .steps = e->steps,
                                     .n_steps = e->n_steps,
                                     .lr = k->c->lr,
                                     .test_rows = k->job.test_rows,
                                     .problem = &problem};
    struct ib_answer answer = {.type = k->c->dtype,
                               .tf32 = ib_case_tf32(k->c),
                               .epochs = e->truth->epochs,
                               .curve = e->arrays->curve,
                               .sparse = k->c->impl->info->command != NULL,
                               .params = e->arrays->final.params,
                               .predictions = k->arrays.final.predictions,
                               .predictor = k->arrays.final.params};
    IB_TRY(ib_npy_load(k->arena, k->job.x_test, &reference.x_test));
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

/* Epoch `epoch` by itself, from `from` to what the training `after` ended with. at_start: `from` is where all
 * trainings begin. false: there is no such reference. */
static bool add_step(struct ib_checking *k, struct evidence *e, uint64_t epoch, const double *from,
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

/* The first epoch, and the last one: for that the implementation trains once more, to the epoch before it,
 * and must do the same again for the two to fit. */
static bool add_steps(struct ib_checking *k, struct evidence *e)
{
    struct ib_pass_result result;
    struct ib_arrays first, before_last;
    const double *start;
    uint64_t reads;
    const uint64_t last = k->c->epochs;
    if (!ib_outcome_error(&k->outcome, load_start(k, &start)) ||
        !ib_checking_train(k, 1, &result, &first, &reads) || !add_step(k, e, 1, start, true, &first))
        return false;
    if (last == 1 || !(k->c->impl->info->flags & IB_DETERMINISTIC))
        return true;
    return ib_checking_train(k, last - 1, &result, &before_last, &reads) &&
           add_step(k, e, last, before_last.final.params, false, &k->arrays);
}

/* What the verdict rests on, in words. */
static const char *name_reference(struct ib_checking *k, const struct evidence *e)
{
    const unsigned long long compared = e->truth->epochs, epochs = k->c->epochs;
    const char *trajectory = compared == 0   ? ""
                             : compared == 1 ? "first epoch, "
                                             : ib_arena_print(k->arena, "first %llu epochs, ", compared);
    if (e->n_steps == 0)
        return "oracle";
    const char *steps = e->n_steps == 2 ? ib_arena_print(k->arena, "epochs 1 and %llu", epochs) : "epoch 1";
    return ib_arena_print(k->arena, "oracle, %s%s by %d random vectors", trajectory, steps,
                          IB_SKETCH_VECTORS);
}

void ib_pass_verify(struct ib_checking *k)
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
                 "%.100s is another algorithm than the contract's gradient descent, so there is nothing to "
                 "compare its parameters with",
                 algorithm);
        return;
    }
    if (!ib_oracle_cache_get(k->context->oracle_cache, k->c, &e.truth, &e.drift, &oracle)) {
        snprintf(v->reason, sizeof v->reason, "no reference: %.200s", oracle.reason);
        return;
    }
    if (e.truth->epochs < k->c->epochs) {
        if (e.truth->epochs > 0) {
            if (!ib_checking_train(k, e.truth->epochs, &result, &shorter, &reads))
                return;
            e.arrays = &shorter;
        }
        if (!add_steps(k, &e))
            return;
    }
    k->out->reference = name_reference(k, &e);
    enum ib_status status = compare(k, &e);
    if (status != IB_OK)
        ib_outcome_error(&k->outcome, status);
}
