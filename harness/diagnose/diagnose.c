#include "diagnose/diagnose.h"

#include "base/error.h"
#include "diagnose/patterns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void name_part(const struct ib_evidence *evidence, enum ib_part part, struct ib_deviation *out)
{
    static ib_pattern *const *const patterns[IB_PART_COUNT] = {
        [IB_PART_LOSS] = ib_loss_patterns,
        [IB_PART_PARAMS] = ib_params_patterns,
        [IB_PART_PREDICTIONS] = ib_prediction_patterns,
    };
    ib_pattern *const *fits = patterns[part];
    while (!(*fits)(evidence, out->pattern, sizeof out->pattern))
        fits++;
}

/* Whether the whole training has shown what is wrong. */
static bool is_named(const struct ib_verification *v)
{
    return v->deviation[IB_PART_LOSS].fact[0] || v->deviation[IB_PART_PARAMS].fact[0];
}

/* Puts the wrong step before the other reasons. */
static enum ib_status name_step(const struct ib_evidence *evidence, struct ib_verification *v)
{
    const struct ib_reference *ref = evidence->reference;
    const struct ib_step *step = &ref->steps[v->wrong_step - 1];
    struct ib_step_result result;
    char others[sizeof v->reason];
    memcpy(others, v->reason, sizeof others);
    IB_TRY(ib_step_check(ref->spec, evidence->answer->products, step, &result));
    if (!ib_has_fewer_digits(evidence, v->reason, sizeof v->reason))
        IB_TRY(ib_diagnose_step(ref->spec, step, &result, v->reason, sizeof v->reason));
    const size_t used = strlen(v->reason);
    if (others[0])
        snprintf(v->reason + used, sizeof v->reason - used, "; %s", others);
    return IB_OK;
}

static void name_parts(const struct ib_evidence *evidence, struct ib_verification *v)
{
    size_t used = strlen(v->reason);
    for (int part = 0; part < IB_PART_COUNT; part++) {
        struct ib_deviation *d = &v->deviation[part];
        if (!d->fact[0])
            continue;
        name_part(evidence, (enum ib_part)part, d);
        if (used < sizeof v->reason)
            used += (size_t)snprintf(v->reason + used, sizeof v->reason - used, "%s%s (%s)", used ? "; " : "",
                                     d->pattern, d->fact);
    }
}

enum ib_status ib_diagnose(const struct ib_reference *ref, const struct ib_answer *answer,
                           struct ib_verification *v)
{
    const uint64_t n = ib_training_spec_predictions(ref->spec);
    const double *predictor = answer->predictor ? answer->predictor : answer->params;
    if (v->verdict != IB_WRONG)
        return IB_OK;
    double *expected = malloc((n + 1) * sizeof *expected);
    if (!expected)
        return ib_fail(IB_ENOMEM, "oracle", "out of memory for %" PRIu64 " predictions", n);
    ib_oracle_predict(&ref->spec->net, predictor, ref->spec->test_rows, ref->x_test, expected);
    const struct ib_evidence evidence = {.reference = ref,
                                         .answer = answer,
                                         .predictor = predictor,
                                         .expected = expected,
                                         .first_divergent_epoch = v->first_divergent_epoch};
    name_parts(&evidence, v);
    const enum ib_status status = v->wrong_step && !is_named(v) ? name_step(&evidence, v) : IB_OK;
    free(expected);
    return status;
}
