/* Patterns of wrong predictions, compared with those of the answer's own parameters. */
#include "core/loss.h"
#include "diagnose/patterns.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t outputs_of(const struct ib_evidence *e)
{
    return ib_network_outputs(&e->reference->spec->net);
}

static uint64_t count(const struct ib_evidence *e)
{
    return ib_training_spec_predictions(e->reference->spec);
}

static bool are_not_finite(const struct ib_evidence *e, char *text, size_t n)
{
    for (uint64_t i = 0; i < count(e); i++)
        if (!isfinite(e->answer->predictions[i])) {
            snprintf(text, n, "predictions are %s from test row %" PRIu64 " on",
                     isnan(e->answer->predictions[i]) ? "NaN" : "infinite", i / outputs_of(e) + 1);
            return true;
        }
    return false;
}

/* Whether all predictions are zero, or all from some row on. */
static bool are_zero(const struct ib_evidence *e, char *text, size_t n)
{
    uint64_t written = count(e);
    while (written > 0 && e->answer->predictions[written - 1] == 0)
        written--;
    if (written == 0)
        snprintf(text, n, "predictions are all zero");
    else
        snprintf(text, n, "predictions are zero after test row %" PRIu64 ": not written",
                 (written - 1) / outputs_of(e) + 1);
    return written == 0 || count(e) - written > 2 * outputs_of(e);
}

/* Whether applying the mistake to the correct predictions gives these. */
static bool are_made_by(const struct ib_evidence *e, double (*mistake)(double expected, double by), double by)
{
    struct ib_fit fit = {0};
    for (uint64_t i = 0; i < count(e); i++)
        ib_fit_add(&fit, e->answer->predictions[i], mistake(e->expected[i], by), e->expected[i]);
    return count(e) > 1 && ib_fit_is_clear(&fit);
}

static double scale(double expected, double by)
{
    return by * expected;
}

static double shift(double expected, double by)
{
    return expected + by;
}

static double mirror(double expected, double by)
{
    return by - expected;
}

static double logit(double expected, double by)
{
    return by * log(expected / (1 - expected));
}

static bool are_mirrored(const struct ib_evidence *e, char *text, size_t n)
{
    const bool probability = ib_loss_gives_probability(e->reference->spec->net.loss);
    snprintf(text, n, "predictions have the wrong sign");
    return are_made_by(e, mirror, probability ? 1 : 0);
}

/* Whether the softmax of each row of predictions is what they should be. It is the same wherever a row's
 * logits lie, so these need not be known. */
static bool are_logits_of_softmax(const struct ib_evidence *e)
{
    struct ib_fit fit = {0};
    for (uint64_t i = 0; i < count(e); i += outputs_of(e)) {
        const double *logit = e->answer->predictions + i;
        double sum = 0;
        for (uint64_t j = 0; j < outputs_of(e); j++)
            sum += exp(logit[j] - logit[0]);
        for (uint64_t j = 0; j < outputs_of(e); j++)
            ib_fit_add(&fit, exp(logit[j] - logit[0]) / sum, e->expected[i + j], logit[j]);
    }
    return ib_fit_is_clear(&fit);
}

static bool are_logits(const struct ib_evidence *e, char *text, size_t n)
{
    const enum ib_output output = ib_loss_rule(e->reference->spec->net.loss)->output;
    snprintf(text, n, "predictions are logits: %s missing",
             output == IB_OUTPUT_SOFTMAX ? "softmax" : "sigmoid");
    return output == IB_OUTPUT_SOFTMAX ? are_logits_of_softmax(e)
                                       : output == IB_OUTPUT_SIGMOID && are_made_by(e, logit, 1);
}

static bool are_shifted(const struct ib_evidence *e, char *text, size_t n)
{
    const double by = e->answer->predictions[0] - e->expected[0];
    snprintf(text, n, "predictions are off by a constant (%.4g): bias missing?", by);
    return are_made_by(e, shift, by);
}

static bool are_scaled(const struct ib_evidence *e, char *text, size_t n)
{
    double product = 0, square = 0; /* the factor of least squares */
    for (uint64_t i = 0; i < count(e); i++) {
        product += e->answer->predictions[i] * e->expected[i];
        square += e->expected[i] * e->expected[i];
    }
    if (fabs(product / square) < 1e-6)
        snprintf(text, n, "predictions are zero up to rounding");
    else
        snprintf(text, n, "predictions are off by a constant factor (%.4g)", product / square);
    return are_made_by(e, scale, product / square);
}

/* Whether the predictions are those of these parameters. */
static bool are_of(const struct ib_evidence *e, const double *params)
{
    double *other = malloc(count(e) * sizeof *other);
    struct ib_fit fit = {0};
    if (!other)
        return false;
    ib_oracle_predict(&e->reference->spec->net, params, e->reference->spec->test_rows, e->reference->x_test,
                      other);
    for (uint64_t i = 0; i < count(e); i++)
        ib_fit_add(&fit, e->answer->predictions[i], other[i], e->expected[i]);
    free(other);
    return ib_fit_is_clear(&fit);
}

static bool are_of_the_start(const struct ib_evidence *e, char *text, size_t n)
{
    snprintf(text, n, "predictions come from the initial parameters: stale copy");
    return are_of(e, e->reference->start);
}

static bool lack_the_biases(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_network *net = &e->reference->spec->net;
    double *params = malloc(ib_network_size(net) * sizeof *params);
    if (!params)
        return false;
    memcpy(params, e->predictor, ib_network_size(net) * sizeof *params);
    ib_params_drop_biases(net, params);
    snprintf(text, n, "predictions lack the bias");
    const bool lack = are_of(e, params);
    free(params);
    return lack;
}

static bool are_off(const struct ib_evidence *e, char *text, size_t n)
{
    (void)e;
    snprintf(text, n, "predictions do not match the final parameters");
    return true;
}

ib_pattern *const ib_prediction_patterns[] = {
    are_not_finite,  are_zero,   are_mirrored,     are_shifted, are_logits,
    lack_the_biases, are_scaled, are_of_the_start, are_off,
};
