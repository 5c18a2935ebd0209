#include "verify/verify_step.h"

#include "base/error.h"
#include "diagnose/diagnose.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A random vector makes of the lost digits of a row a number with the variance of their squares: so many of
 * its deviations are allowed (results/tolerances.md), and a digit for every parameter, not half of one. */
enum { ROUNDING_DEVIATIONS = 8 };

/* In TF32 the drift of a single epoch is one draw, and not the largest of many: so many times as much counts.
 */
enum { TF32_DRAW = 3 };

/* A part of a sketch beside the oracle's: a row for every feature, of one number a vector. */
struct part {
    uint32_t layer;
    enum ib_sketch_part kind;
    uint64_t rows, vectors;
    const double *got, *truth, *drift;
};

/* What comparing parts came to. */
struct comparison {
    const struct ib_training_spec *spec;
    const struct ib_network *net; /* the spec's */
    bool tf32;
    const struct ib_step *step;
    struct ib_step_result *out;
    bool wrong[IB_MAX_PARAMS];
    uint64_t worst_row[IB_MAX_LAYERS], worst_column[IB_MAX_LAYERS];
};

/* What an error may be where the oracle's own arithmetic is off by `drift`. */
static double allowed(const struct comparison *c, double drift)
{
    return ib_tolerance_with(c->spec->dtype, c->tf32, (c->tf32 ? TF32_DRAW : 1) * drift);
}

/* NaN wins. */
static double larger(double a, double b)
{
    return b > a || isnan(b) ? b : a;
}

static double relative(double difference, double scale)
{
    return difference == 0 ? 0 : difference / scale;
}

static double largest(uint64_t n, const double *v)
{
    double most = 0;
    for (uint64_t i = 0; i < n; i++)
        most = larger(most, fabs(v[i]));
    return most;
}

/* ---- what rounding the parameters costs ---- */

/* The square of the larger of two values of parameter i. */
static double square_at(const struct ib_step *step, uint64_t i)
{
    const double value = fmax(fabs(step->from[i]), fabs(step->to[i]));
    return value * value;
}

/* How far off row `row` of a part may be for it. `first`: the layer's first parameter. */
static double rounding(const struct comparison *c, const struct part *part, uint64_t first, uint64_t row)
{
    const uint64_t n_in = c->net->width[part->layer], n_out = c->net->width[part->layer + 1];
    double squares = 0;
    if (part->kind == IB_SKETCH_BIAS)
        squares = square_at(c->step, first + n_in * n_out + row);
    for (uint64_t j = 0; j < n_out && part->kind == IB_SKETCH_ROWS; j++)
        squares += square_at(c->step, first + row * n_out + j);
    for (uint64_t i = 0; i < n_in && part->kind == IB_SKETCH_COLUMNS; i++)
        squares += square_at(c->step, first + i * n_out + row);
    const double epsilon = c->spec->dtype == IB_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    return ROUNDING_DEVIATIONS * epsilon * sqrt(squares) / c->spec->lr;
}

/* ---- one part ---- */

/* Biases are a few numbers, which may nearly vanish where those of the weights do not: they are judged by the
 * larger of the two. */
static void compare_part(struct comparison *c, const struct part *part, uint64_t first, double weights)
{
    const uint64_t n = part->rows * part->vectors;
    const double scale = larger(largest(n, part->truth), weights);
    double error = 0, drift = 0;
    uint64_t worst = 0;
    for (uint64_t row = 0; row < part->rows; row++) {
        const double lost = rounding(c, part, first, row);
        for (uint64_t i = row * part->vectors; i < (row + 1) * part->vectors; i++) {
            const double beyond = fabs(part->got[i] - part->truth[i]) - lost;
            const double e = relative(beyond < 0 ? 0 : beyond, scale);
            if (larger(error, e) != error)
                worst = row;
            error = larger(error, e);
            drift = fmax(drift, relative(fabs(part->drift[i] - part->truth[i]), scale));
        }
    }
    c->out->update_error = larger(c->out->update_error, error);
    if (!(error <= allowed(c, drift)))
        c->wrong[2 * part->layer + (part->kind == IB_SKETCH_BIAS)] = true;
    if (part->kind == IB_SKETCH_ROWS)
        c->worst_row[part->layer] = worst;
    if (part->kind == IB_SKETCH_COLUMNS)
        c->worst_column[part->layer] = worst;
}

static void compare_layers(struct comparison *c, const double *got)
{
    const double *truth = c->step->truth.gradient, *drift = c->step->drift.gradient;
    uint64_t first = 0;
    for (uint32_t l = 0; l < c->net->n_layers; l++) {
        const uint64_t n_in = c->net->width[l], n_out = c->net->width[l + 1];
        const double weights = largest(ib_sketch_part_size(c->net, l, IB_SKETCH_ROWS), truth);
        for (int kind = 0; kind < IB_SKETCH_PARTS; kind++) {
            const struct part part = {.layer = l,
                                      .kind = (enum ib_sketch_part)kind,
                                      .rows = kind == IB_SKETCH_ROWS ? n_in : n_out,
                                      .vectors = kind == IB_SKETCH_BIAS ? 1 : IB_SKETCH_VECTORS,
                                      .got = got,
                                      .truth = truth,
                                      .drift = drift};
            const uint64_t size = ib_sketch_part_size(c->net, l, part.kind);
            compare_part(c, &part, first, kind == IB_SKETCH_BIAS ? weights : 0);
            got += size;
            truth += size;
            drift += size;
        }
        first += (n_in + 1) * n_out;
    }
}

/* ---- in words ---- */

/* The part of a sketch that parameter p shows in best; its size. */
static const double *part_of(const struct ib_network *net, const double *sketch, uint32_t p, uint64_t *size)
{
    const enum ib_sketch_part wanted = p % 2 ? IB_SKETCH_BIAS : IB_SKETCH_ROWS;
    for (uint32_t l = 0; l < p / 2; l++)
        for (int kind = 0; kind < IB_SKETCH_PARTS; kind++)
            sketch += ib_sketch_part_size(net, l, (enum ib_sketch_part)kind);
    for (int kind = 0; kind < (int)wanted; kind++)
        sketch += ib_sketch_part_size(net, p / 2, (enum ib_sketch_part)kind);
    *size = ib_sketch_part_size(net, p / 2, wanted);
    return sketch;
}

/* The factor that makes of the right gradient of each wrong parameter the answer's, by least squares. */
static double factor_of(const struct comparison *c, const double *got)
{
    double product = 0, square = 0;
    for (uint32_t p = 0; p < ib_network_params(c->net); p++) {
        uint64_t n;
        const double *is = part_of(c->net, got, p, &n),
                     *truth = part_of(c->net, c->step->truth.gradient, p, &n);
        for (uint64_t i = 0; i < n && c->wrong[p]; i++) {
            product += is[i] * truth[i];
            square += truth[i] * truth[i];
        }
    }
    return product / square;
}

/* Does the factor explain it? */
static bool is_scaled(const struct comparison *c, const double *got, double factor)
{
    struct ib_fit fit = {0};
    for (uint32_t p = 0; p < ib_network_params(c->net); p++) {
        uint64_t n;
        const double *is = part_of(c->net, got, p, &n),
                     *truth = part_of(c->net, c->step->truth.gradient, p, &n);
        for (uint64_t i = 0; i < n && c->wrong[p]; i++)
            ib_fit_add(&fit, is[i], factor * truth[i], truth[i]);
    }
    return ib_fit_is_clear(&fit);
}

static bool is_unmoved(const struct comparison *c, uint32_t p)
{
    const double *from = ib_param_at(c->net, c->step->from, p), *to = ib_param_at(c->net, c->step->to, p);
    for (uint64_t i = 0; i < ib_network_param_size(c->net, p); i++)
        if (from[i] != to[i])
            return false;
    return true;
}

static void name_place(const struct comparison *c, uint32_t p, char *text, size_t n)
{
    char name[8];
    const int used = snprintf(text, n, "gradient of %s is off", ib_param_text(c->net, p, name));
    if (p % 2 == 0)
        snprintf(text + used, n - (size_t)used, ", most in row %" PRIu64 " and column %" PRIu64,
                 c->worst_row[p / 2] + 1, c->worst_column[p / 2] + 1);
}

/* The wrong parameter nearest to the output, where a mistake begins; all of them, when it is one factor. */
static void name_update(const struct comparison *c, const double *got, char *text, size_t n)
{
    char name[8];
    uint32_t p = 0, wrong = 0;
    for (uint32_t q = 0; q < ib_network_params(c->net); q++) {
        p = c->wrong[q] ? q : p;
        wrong += c->wrong[q];
    }
    const double factor = factor_of(c, got);
    const bool all = wrong == ib_network_params(c->net);
    ib_param_text(c->net, p, name);
    if (is_unmoved(c, p))
        snprintf(text, n, "%s %s stays as it was: not updated", p % 2 ? "bias" : "weight", name);
    else if (!isfinite(largest(ib_network_param_size(c->net, p), ib_param_at(c->net, c->step->to, p))))
        snprintf(text, n, "%s is not finite after it", name);
    else if (is_scaled(c, got, factor))
        snprintf(text, n, "gradient%s%s is a constant factor (%.4g) off", all ? "" : " of ", all ? "" : name,
                 factor);
    else
        name_place(c, p, text, n);
}

static void name_mistake(const struct comparison *c, const double *got, bool loss_wrong)
{
    struct ib_step_result *out = c->out;
    char text[112];
    if (loss_wrong)
        snprintf(text, sizeof text, "loss is %.6g for %.6g", c->step->loss, c->step->truth.loss);
    else
        name_update(c, got, text, sizeof text);
    snprintf(out->reason, sizeof out->reason, "epoch %" PRIu64 " by itself: %s", c->step->epoch, text);
}

/* ---- one step ---- */

static void judge(struct comparison *c, const double *got)
{
    struct ib_step_result *out = c->out;
    const double truth = c->step->truth.loss, drift = c->step->drift.loss;
    out->loss_error = relative(fabs(c->step->loss - truth), fabs(truth));
    const bool loss_wrong = !(out->loss_error <= allowed(c, relative(fabs(drift - truth), fabs(truth))));
    compare_layers(c, got);
    out->wrong = loss_wrong;
    for (uint32_t p = 0; p < ib_network_params(c->net); p++)
        out->wrong = out->wrong || c->wrong[p];
    if (out->wrong)
        name_mistake(c, got, loss_wrong);
}

enum ib_status ib_step_check(const struct ib_training_spec *spec, bool tf32, const struct ib_step *step,
                             struct ib_step_result *out)
{
    const struct ib_network *net = &spec->net;
    const uint64_t size = ib_network_size(net);
    *out = (struct ib_step_result){.loss_error = NAN, .update_error = NAN};
    if (!(largest(size, step->from) <= ib_largest_safe(spec->dtype)) || !isfinite(step->truth.loss) ||
        !isfinite(step->drift.loss))
        return IB_OK;

    double *gradient = malloc((size + ib_sketch_size(net)) * sizeof *gradient);
    if (!gradient)
        return ib_fail(IB_ENOMEM, "oracle", "no memory for a gradient of %" PRIu64 " elements", size);
    for (uint64_t i = 0; i < size; i++)
        gradient[i] = (step->from[i] - step->to[i]) / spec->lr;
    enum ib_status status = ib_sketch_of(net, gradient, gradient + size);
    out->judged = true;
    out->update_error = 0;
    if (status == IB_OK)
        judge(&(struct comparison){.spec = spec, .net = net, .tf32 = tf32, .step = step, .out = out},
              gradient + size);
    free(gradient);
    return status;
}
