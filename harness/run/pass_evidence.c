#include "run/pass_evidence.h"

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "core/batches.h"
#include "core/loss_schedule.h"
#include "diagnose/diagnose.h"
#include "run/external_pass.h"
#include "run/pass.h"
#include "run/timed_answer.h"
#include "run/train_loss.h"
#include "run/unseen.h"
#include "verify/verify_drifts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- trainings ---- */

static uint64_t count_reads(const struct ib_train_request *request)
{
    const uint64_t epochs = request->epochs;
    uint64_t reads = ib_logged_epochs(epochs, request->log_every);
    for (uint64_t e = 0; (e = ib_next_checked_epoch(e, epochs)) <= epochs;)
        reads += ib_logs_epoch(e, request->log_every) ? 0 : 1;
    return reads;
}

bool ib_checked_train(struct ib_checked_state *k, struct ib_worker_process *worker, uint64_t epochs,
                      uint64_t last_steps, struct ib_pass_result *result, struct ib_arrays *arrays,
                      uint64_t *reads)
{
    struct ib_train_request request = {
        .pass = IB_PASS_CHECKED, .epochs = epochs, .last_steps = last_steps, .log_every = k->c->log_every};
    if (!ib_outcome_error(&k->outcome, ib_pass_folder(k->context, worker, &request.out)))
        return false;
    *reads = count_reads(&request);
    return ib_pass_train(k->context, k->c, worker, &request, result, &k->outcome) &&
           ib_pass_load(&k->job, request.out, epochs, k->arena, arrays, &k->outcome) &&
           (!result->external || ib_external_curve(k->c, epochs, k->arena, arrays, &k->outcome));
}

/* Trains so many epochs from the worker's start. */
static bool train(struct ib_checked_state *k, struct ib_worker_process *worker, uint64_t epochs,
                  struct ib_arrays *arrays)
{
    struct ib_pass_result result;
    uint64_t reads;
    return ib_checked_train(k, worker, epochs, 0, &result, arrays, &reads);
}

/* Trains so many steps from the worker's start: the last loss is that of the last step alone. */
static bool train_steps(struct ib_checked_state *k, struct ib_worker_process *worker, uint64_t steps,
                        struct ib_arrays *arrays)
{
    struct ib_pass_result result;
    uint64_t reads;
    const uint64_t each = ib_steps_per_epoch(&k->c->spec), epochs = ib_epoch_of_step(&k->c->spec, steps);
    return ib_checked_train(k, worker, epochs, each > 1 ? steps - (epochs - 1) * each : 0, &result, arrays,
                            &reads);
}

/* The number of steps of so many epochs. */
static uint64_t steps_of(const struct ib_checked_state *k, uint64_t epochs)
{
    return epochs * ib_steps_per_epoch(&k->c->spec);
}

/* ---- what the answer is compared with ---- */

struct evidence {
    const struct ib_trajectory *truth, *drift;
    const struct ib_arrays *arrays;      /* the implementation's training of truth->epochs epochs, if any */
    const double *start;                 /* the initial state */
    struct ib_step steps[IB_MOST_STEPS]; /* step 1, a secret one, the last, and one that confirms another */
    size_t n_steps;
};

struct drawing {
    struct ib_checked_state *state;
    struct evidence *evidence;
};

/* Draws a further sample of drift: ib_drift_source. */
static bool draw_drift(void *context, size_t wrong_step, unsigned n, struct ib_reference *reference,
                       struct ib_outcome *why)
{
    const struct drawing *drawing = context;
    struct ib_oracle_cache *cache = drawing->state->context->oracle_cache;
    const struct ib_case *c = drawing->state->c;
    if (wrong_step == 0)
        return ib_oracle_cache_drift(cache, c, IB_UNSEEN_NONE, reference->truth->epochs, n, &reference->drift,
                                     why);
    struct ib_step *step = &drawing->evidence->steps[wrong_step - 1];
    const double *from = step->from == drawing->evidence->start ? NULL : step->from;
    return ib_oracle_cache_step_drift(cache, c, from, step->number, n, &step->drift, why);
}

static enum ib_status compare(struct ib_checked_state *k, struct evidence *e)
{
    struct ib_train_rows rows;
    struct ib_oracle_problem problem = {
        .spec = k->c->spec, .arithmetic = {.type = IB_F64}, .params = e->start, .epochs = e->truth->epochs};
    struct ib_reference reference = {.spec = &k->c->spec,
                                     .epochs = k->c->epochs,
                                     .start = e->start,
                                     .truth = e->truth,
                                     .drift = e->drift,
                                     .steps = e->steps,
                                     .n_steps = e->n_steps,
                                     .problem = &problem};
    struct ib_answer answer = {.products = ib_case_products(k->c),
                               .epochs = e->truth->epochs,
                               .curve = e->arrays->curve,
                               .sparse = k->c->impl->info->command != NULL,
                               .params = e->arrays->final.params,
                               .predictions = k->arrays.final.predictions,
                               .predictor = k->arrays.final.params};
    double *x_test;
    IB_TRY(ib_npy_load(k->arena, k->job.x_test, ib_training_spec_test_features(&k->job.spec), &x_test));
    reference.x_test = x_test;
    if (!ib_train_rows_open(k->context->work, k->c, &rows))
        return ib_last_error()->code;
    ib_oracle_use_rows(&problem, &rows.x, &rows.y);
    problem.order = rows.order.data;
    const struct ib_drift_source source = {draw_drift, &(struct drawing){k, e}};
    struct ib_outcome why; /* the verification has its reason */
    ib_verify_drifts(&reference, &answer, &source, &k->out->verification, &why);
    enum ib_status status = ib_diagnose(&reference, &answer, &k->out->verification);
    ib_train_rows_close(&rows);
    return status;
}

/* Loads the initial state as one array, as the implementation saw it. */
static enum ib_status load_start(struct ib_checked_state *k, const double **out)
{
    const struct ib_training_spec *spec = &k->job.spec;
    double *all = ib_arena_alloc(k->arena, ib_state_total(spec) * sizeof *all);
    for (uint32_t s = 0; s < ib_state_count(spec); s++) {
        double *values;
        IB_TRY(ib_npy_load(k->arena, k->job.start[s], ib_state_size(spec, s), &values));
        memcpy(all + ib_state_at(spec, s), values, ib_state_size(spec, s) * sizeof *values);
    }
    *out = all;
    return IB_OK;
}

/* ---- single steps ---- */

/* Sets what is rounding: losses and gradients far below those of the start. Those of a few rows may be small
 * by chance, so those of all rows count as well. */
static bool set_scales(struct ib_checked_state *k, struct evidence *e, struct ib_step *step,
                       struct ib_outcome *outcome)
{
    const struct ib_network *net = &k->c->spec.net;
    const struct ib_sketched *first = &e->steps[0].truth;
    struct ib_sketched all, drift;
    struct ib_case whole = *k->c;
    step->first_loss = first->loss;
    step->first_gradient = ib_step_magnitude(net, first->gradient);
    if (ib_steps_per_epoch(&k->c->spec) == 1)
        return true;
    whole.spec.batch = 0;
    if (!ib_oracle_cache_step(k->context->oracle_cache, &whole, NULL, 1, &all, &drift, outcome))
        return false;
    step->first_loss = fmax(step->first_loss, all.loss);
    step->first_gradient = fmax(step->first_gradient, ib_step_magnitude(net, all.gradient));
    return true;
}

/* Adds step `number` from `from` to the end of the training `after`, whose last step it is. Returns false if
 * there is no reference. */
static bool add_step(struct ib_checked_state *k, struct evidence *e, uint64_t number, const double *from,
                     const struct ib_arrays *after)
{
    struct ib_outcome oracle;
    struct ib_step *step = &e->steps[e->n_steps++];
    const struct ib_curve *curve = &after->curve;
    *step = (struct ib_step){.number = number,
                             .from = from,
                             .to = after->state,
                             .loss = curve->n ? curve->loss[curve->n - 1] : NAN};
    if (ib_oracle_cache_step(k->context->oracle_cache, k->c, from == e->start ? NULL : from, number,
                             &step->truth, &step->drift, &oracle) &&
        set_scales(k, e, step, &oracle))
        return true;
    snprintf(k->out->verification.reason, sizeof k->out->verification.reason, "no reference: %.200s",
             oracle.reason);
    return false;
}

/* Whether one step seems wrong in a way that can have an honest cause, and no other step is wrong. */
static bool is_in_doubt(struct ib_checked_state *k, const struct evidence *e)
{
    size_t doubtful = 0;
    for (size_t i = 0; i < e->n_steps; i++) {
        struct ib_step_result result;
        if (ib_step_check(&k->c->spec, ib_case_products(k->c), &e->steps[i], &result) != IB_OK)
            return false;
        if (result.wrong && !result.doubtful)
            return false;
        doubtful += result.wrong;
    }
    return doubtful == 1;
}

/* Adds the first step. For all that follows, see the header. */
static bool add_first_step(struct ib_checked_state *k, struct evidence *e, struct ib_arrays *first)
{
    *first = k->arrays;
    return (steps_of(k, k->c->epochs) == 1 || train_steps(k, k->worker, 1, first)) &&
           add_step(k, e, 1, e->start, first);
}

/* ---- a secret epoch ---- */

/* Adds the last step, from `before`. `end` is the end of a training whose last loss is that step's; NULL:
 * there is none yet. */
static bool add_last_step(struct ib_checked_state *k, struct evidence *e, const struct ib_arrays *before,
                          const struct ib_arrays *end)
{
    const uint64_t number = steps_of(k, k->c->epochs);
    struct ib_arrays again;
    if (ib_steps_per_epoch(&k->c->spec) == 1)
        end = &k->arrays;
    if (!end && !train_steps(k, k->worker, number, &again))
        return false;
    return add_step(k, e, number, before->state, end ? end : &again);
}

/* Adds what a second worker, which trains from `at`, the end of `secret` epochs, comes to. */
static bool continue_in(struct ib_checked_state *k, struct evidence *e, struct ib_worker_process *worker,
                        uint64_t secret, const struct ib_arrays *at)
{
    const uint64_t left = steps_of(k, k->c->epochs - secret);
    struct ib_arrays end, before = *at;
    if (!(k->c->impl->info->flags & IB_DETERMINISTIC))
        return train_steps(k, worker, 1, &end) && add_step(k, e, steps_of(k, secret) + 1, at->state, &end);
    if (!train_steps(k, worker, left, &end))
        return false;
    k->out->continued_from = secret;
    k->out->continued_error = ib_difference(end.state, k->arrays.state, ib_state_total(&k->c->spec));
    const bool alike = k->out->continued_error == 0; /* if not, the state before the end is another as well */
    const uint64_t all = steps_of(k, k->c->epochs);
    if (left > 1 && !train_steps(k, alike ? worker : k->worker, alike ? left - 1 : all - 1, &before))
        return false;
    return add_last_step(k, e, &before, alike ? &end : NULL);
}

static bool continue_elsewhere(struct ib_checked_state *k, struct evidence *e, uint64_t secret,
                               const struct ib_arrays *at)
{
    struct ib_worker_process *worker = NULL;
    struct ib_job job;
    const char *folder;
    if (!ib_outcome_error(&k->outcome, ib_workspace_folder(k->context->work, &folder)))
        return false;
    const bool ok =
        ib_pass_open_from(k->context, k->c, at->state, secret, folder, &job, &worker, &k->outcome) &&
        continue_in(k, e, worker, secret, at);
    if (!ok && worker)
        k->out->check.stderr_tail = ib_arena_copy(k->arena, ib_worker_process_output(worker));
    ib_worker_process_end(worker);
    ib_folder_remove(folder);
    return ok;
}

/* Adds a step of the secret epoch, at whose end the state is `at`. */
static bool add_secret_step(struct ib_checked_state *k, struct evidence *e, uint64_t secret,
                            const struct ib_arrays *at)
{
    const uint64_t each = ib_steps_per_epoch(&k->c->spec),
                   number = steps_of(k, secret - 1) + ib_random_between(1, each);
    struct ib_arrays there = *at, before;
    if (number == 1)
        return true;
    return (each == 1 || train_steps(k, k->worker, number, &there)) &&
           train_steps(k, k->worker, number - 1, &before) && add_step(k, e, number, before.state, &there);
}

/* Of a single epoch, nothing can be continued elsewhere. */
static bool add_end_of_epoch(struct ib_checked_state *k, struct evidence *e)
{
    struct ib_arrays before;
    const uint64_t steps = steps_of(k, 1);
    return steps == 1 ||
           (train_steps(k, k->worker, steps - 1, &before) && add_last_step(k, e, &before, NULL));
}

static bool add_late_steps(struct ib_checked_state *k, struct evidence *e, bool decided)
{
    const uint64_t last = k->c->epochs, known = e->truth->epochs;
    struct ib_arrays at;
    if (last == 1)
        return add_end_of_epoch(k, e);
    const uint64_t from = decided || known >= last ? last / 2 : known + 1;
    const uint64_t secret = ib_random_between(from < last - 1 ? from : last - 1, last - 1);
    if (!train(k, k->worker, secret, &at))
        return false;
    const bool wants = !decided || ib_steps_per_epoch(&k->c->spec) > 1; /* of batches, any may be wrong */
    if (wants && k->c->impl->info->flags & IB_DETERMINISTIC && !add_secret_step(k, e, secret, &at))
        return false;
    return continue_elsewhere(k, e, secret, &at);
}

/* Adds steps that are checked alone, and a training continued elsewhere. */
static bool add_steps(struct ib_checked_state *k, struct evidence *e, bool decided)
{
    struct ib_arrays first, second;
    if (!add_first_step(k, e, &first) || !add_late_steps(k, e, decided))
        return false;
    for (size_t i = 0; i < e->n_steps; i++)
        if (e->steps[i].number == 2) /* it cannot confirm itself */
            return true;
    return steps_of(k, k->c->epochs) == 1 || !is_in_doubt(k, e) ||
           (train_steps(k, k->worker, 2, &second) && add_step(k, e, 2, first.state, &second));
}

/* ---- the verdict ---- */

/* "epochs 1, 47 and 100"; with mini-batches, "steps …" */
static const char *name_steps(struct ib_arena *arena, const struct ib_training_spec *spec,
                              const struct evidence *e)
{
    const char *text = ib_arena_print(arena, "%s%s", spec->batch ? "step" : "epoch", ib_plural(e->n_steps));
    for (size_t i = 0; i < e->n_steps; i++)
        text = ib_arena_print(arena, "%s%s %llu", text,
                              i == 0                ? ""
                              : i + 1 == e->n_steps ? " and"
                                                    : ",",
                              (unsigned long long)e->steps[i].number);
    return text;
}

/* Describes the references of the verdict: "oracle" if its trajectory reaches the end and decides. */
static const char *name_reference(struct ib_checked_state *k, const struct evidence *e, bool decided)
{
    const unsigned long long compared = e->truth->epochs, epochs = k->c->epochs;
    const char *trajectory = compared == 0        ? ""
                             : compared == epochs ? "final parameters, "
                             : compared == 1      ? "first epoch, "
                                                  : ib_arena_print(k->arena, "first %llu epochs, ", compared);
    return decided ? "oracle"
                   : ib_arena_print(k->arena, "oracle, %s%s by %d random vectors", trajectory,
                                    name_steps(k->arena, &k->c->spec, e), IB_SKETCH_VECTORS);
}

/* An implementation that ends elsewhere does not do the same in every epoch. Where the oracle shows more,
 * that is the better reason. */
static bool continues_alike(struct ib_checked_state *k)
{
    const struct ib_checked_pass *out = k->out;
    if (out->continued_from == 0 || out->continued_error == 0 || out->verification.verdict == IB_WRONG)
        return true;
    return ib_outcome_set(
        &k->outcome, IB_CASE_UNTRUSTED,
        "its updates depend on more than the parameters%s: trained on by another process from its own of "
        "epoch "
        "%llu, it comes to another end (off by %.2g), although the implementation is declared deterministic",
        k->c->spec.optimizer == IB_SGD ? "" : " and what the optimizer keeps",
        (unsigned long long)out->continued_from, out->continued_error);
}

void ib_checked_verify(struct ib_checked_state *k)
{
    struct evidence e = {.arrays = &k->arrays};
    struct ib_outcome oracle;
    struct ib_arrays shorter;
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
        if (e.truth->epochs > 0 && !train(k, k->worker, e.truth->epochs, &shorter))
            return;
        e.arrays = e.truth->epochs > 0 ? &shorter : e.arrays;
    }
    const bool decided =
        e.truth->epochs == k->c->epochs && ib_losses_decide(e.truth, e.drift, k->c->spec.dtype);
    if (!ib_outcome_error(&k->outcome, load_start(k, &e.start)) || !add_steps(k, &e, decided))
        return;
    k->out->check.reference = name_reference(k, &e, decided);
    if (!ib_outcome_error(&k->outcome, compare(k, &e)) || !continues_alike(k))
        return;
    k->out->verification.compared.continued_from = k->out->continued_error == 0 ? k->out->continued_from : 0;
}
