#include "run/oracle_answer.h"

#include "base/error.h"
#include "base/npy_input.h"
#include "run/unseen.h"
#include "verify/verify_drifts.h"

#include <math.h>

/* A loss above this multiple of the first is one of a training that diverges. */
#define DIVERGED 1e6

static bool converges(const struct ib_trajectory *t, uint64_t epochs)
{
    for (uint64_t i = 0; i < t->curve.n; i++)
        if (!(t->curve.loss[i] <= DIVERGED * t->curve.loss[0]))
            return false;
    for (uint64_t i = 0; i < t->size; i++)
        if (!isfinite(t->params[i]))
            return false;
    return t->epochs == epochs && t->curve.n > 0;
}

bool ib_oracle_knows(const struct ib_pass_context *context, const struct ib_case *c, uint64_t variant)
{
    const struct ib_trajectory *truth, *drift;
    struct ib_outcome outcome;
    return ib_oracle_cache_get_variant(context->oracle_cache, c, variant, &truth, &drift, &outcome) &&
           converges(truth, c->epochs) && converges(drift, c->epochs);
}

struct drawing {
    const struct ib_pass_context *pass;
    const struct ib_case *c;
    uint64_t variant;
};

/* Draws a further sample of drift: ib_drift_source. There are no steps. */
static bool draw_drift(void *context, size_t wrong_step, unsigned n, struct ib_reference *reference,
                       struct ib_outcome *why)
{
    const struct drawing *drawing = context;
    (void)wrong_step;
    return ib_oracle_cache_drift(drawing->pass->oracle_cache, drawing->c, drawing->variant, reference->epochs,
                                 n, &reference->drift, why);
}

bool ib_answer_is_right(const struct ib_pass_context *context, const struct ib_case *c, uint64_t variant,
                        const struct ib_job *job, const struct ib_final *final, struct ib_arena *arena,
                        struct ib_outcome *outcome)
{
    struct ib_verification verification;
    struct ib_reference reference = {.spec = &c->spec, .epochs = c->epochs};
    double *x_test;
    if (!ib_oracle_cache_get_variant(context->oracle_cache, c, variant, &reference.truth, &reference.drift,
                                     outcome) ||
        !ib_outcome_error(
            outcome, ib_npy_load(arena, job->x_test, ib_training_spec_test_features(&job->spec), &x_test)))
        return false;
    reference.x_test = x_test;
    const struct ib_answer answer = {.products = ib_case_products(c),
                                     .epochs = c->epochs,
                                     .sparse = true, /* timed passes read no losses */
                                     .params = final->params,
                                     .predictions = final->predictions};
    const struct ib_drift_source source = {draw_drift, &(struct drawing){context, c, variant}};
    if (!ib_verify_drifts(&reference, &answer, &source, &verification, outcome))
        return false;
    if (verification.verdict != IB_WRONG)
        return true;
    const char *fact = verification.deviation[IB_PART_PARAMS].fact;
    return ib_outcome_set(
        outcome, IB_CASE_UNTRUSTED, "its answer to a problem that it had not seen is wrong: %s%s",
        *fact ? "" : "predictions, ", *fact ? fact : verification.deviation[IB_PART_PREDICTIONS].fact);
}

bool ib_answer_may_differ(const struct ib_pass_context *context, const struct ib_case *c, uint64_t variant,
                          const struct ib_job *job, const struct ib_final *final, struct ib_arena *arena)
{
    struct ib_outcome outcome;
    return !c->impl->info->algorithm && ib_oracle_knows(context, c, variant) &&
           ib_answer_is_right(context, c, variant, job, final, arena, &outcome);
}
