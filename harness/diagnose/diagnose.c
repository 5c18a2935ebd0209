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

static enum ib_status name_step(const struct ib_reference *ref, const struct ib_answer *answer, size_t i,
                                char *text, size_t n)
{
    struct ib_step_result result;
    IB_TRY(ib_step_check(ref->spec, answer->tf32, &ref->steps[i], &result));
    return ib_diagnose_step(ref->spec, &ref->steps[i], &result, text, n);
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
    if (v->wrong_step)
        IB_TRY(name_step(ref, answer, v->wrong_step - 1, v->reason, sizeof v->reason));
    double *expected = malloc((n + 1) * sizeof *expected);
    if (!expected)
        return ib_fail(IB_ENOMEM, "oracle", "out of memory for %" PRIu64 " predictions", n);
    ib_oracle_predict(&ref->spec->net, predictor, ref->spec->test_rows, ref->x_test, expected);
    name_parts(&(struct ib_evidence){.reference = ref,
                                     .answer = answer,
                                     .predictor = predictor,
                                     .expected = expected,
                                     .first_divergent_epoch = v->first_divergent_epoch},
               v);
    free(expected);
    return IB_OK;
}
