#include "verify/verify_step.h"

#include "base/error.h"
#include "core/batches.h"
#include "verify/tolerance.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* The variance of the product of a row's rounding errors with a random vector is the sum of their squares, as
 * the two are independent. This many standard deviations are allowed (results/tolerances.md), with a rounding
 * error of one unit in the last place, not half of one, for every parameter; and no more than the errors
 * could add up to. */
enum { ROUNDING_DEVIATIONS = 8 };

/* A gradient that has nearly vanished is a difference of outputs and targets that have not: it is off by this
 * many units in the last place of the first gradient. So is the root of a loss, where few rows do not average
 * that out: in mini-batches. */
enum { RESIDUAL_UNITS = 2 };

/* A ReLU whose input is zero up to rounding lets a sample's gradient through, or not. A single sample may
 * change an update by less than this. */
#define DOUBTFUL 0.1

/* A part of a sketch and of the oracle's: one row per feature, one number per random vector. */
struct part {
    uint32_t layer;
    enum ib_sketch_part kind;
    uint64_t rows, vectors;
    const double *got, *truth, *drift;
};

/* The state of a comparison. */
struct comparison {
    const struct ib_training_spec *spec;
    const struct ib_network *net; /* the spec's */
    enum ib_products products;
    const struct ib_step *step;
    struct ib_step_result *out;
};

/* The tolerance, given the drift of the oracle's arithmetic. */
static double allowed(const struct comparison *c, double drift)
{
    return ib_step_tolerance(c->spec->dtype, c->products, ib_rows_of_step(c->spec, c->step->number), drift);
}

/* ---- the effect of rounding the state ---- */

/* The error that rounding allows in a row of a part, for each random vector. first: index of the layer's
 * first parameter; vectors: the random ones, n x IB_SKETCH_VECTORS, unused for biases. */
static void rounding(const struct comparison *c, const struct part *part, uint64_t first, uint64_t row,
                     const double *vectors, double *out)
{
    const uint64_t n_in = c->net->width[part->layer], n_out = c->net->width[part->layer + 1];
    const uint64_t n = part->kind == IB_SKETCH_ROWS ? n_out : part->kind == IB_SKETCH_COLUMNS ? n_in : 1;
    const double unit = c->spec->dtype == IB_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    double squares = 0, sums[IB_SKETCH_VECTORS] = {0};
    for (uint64_t j = 0; j < n; j++) {
        const uint64_t at = part->kind == IB_SKETCH_ROWS      ? row * n_out + j
                            : part->kind == IB_SKETCH_COLUMNS ? j * n_out + row
                                                              : n_in * n_out + row;
        const double value = ib_update_magnitude(c->spec, c->step->from, c->step->to, first + at) +
                             RESIDUAL_UNITS * c->step->first_gradient;
        squares += value * value;
        for (uint64_t k = 0; k < part->vectors; k++)
            sums[k] += value * (part->kind == IB_SKETCH_BIAS ? 1 : fabs(vectors[j * IB_SKETCH_VECTORS + k]));
    }
    for (uint64_t k = 0; k < part->vectors; k++)
        out[k] = unit * fmin(sums[k], ROUNDING_DEVIATIONS * sqrt(squares));
}

double ib_step_magnitude(const struct ib_network *net, const double *sketch)
{
    double most = 0;
    for (uint32_t l = 0; l < net->n_layers; l++)
        for (int kind = 0; kind < IB_SKETCH_PARTS; kind++) {
            const uint64_t n = ib_sketch_part_size(net, l, (enum ib_sketch_part)kind);
            const uint64_t terms = kind == IB_SKETCH_ROWS      ? net->width[l + 1]
                                   : kind == IB_SKETCH_COLUMNS ? net->width[l]
                                                               : 1;
            most = ib_larger(most, ib_max_norm(n, sketch) / sqrt((double)terms));
            sketch += n;
        }
    return most;
}

/* ---- one part ---- */

/* The few bias gradients may nearly vanish while those of the weights do not, so they are scaled by the
 * larger of the two. */
static void compare_part(struct comparison *c, const struct part *part, uint64_t first, const double *vectors,
                         double weights)
{
    const uint64_t n = part->rows * part->vectors;
    const double scale = ib_larger(ib_max_norm(n, part->truth), weights);
    double error = 0, drift = 0;
    uint64_t worst = 0;
    for (uint64_t row = 0; row < part->rows; row++) {
        double lost[IB_SKETCH_VECTORS];
        rounding(c, part, first, row, vectors, lost);
        for (uint64_t i = row * part->vectors; i < (row + 1) * part->vectors; i++) {
            const double beyond = fabs(part->got[i] - part->truth[i]) - lost[i - row * part->vectors];
            const double e = ib_relative_error(beyond < 0 ? 0 : beyond, scale);
            if (ib_larger(error, e) != error)
                worst = row;
            error = ib_larger(error, e);
            drift = fmax(drift, ib_relative_error(fabs(part->drift[i] - part->truth[i]), scale));
        }
    }
    c->out->update_error = ib_larger(c->out->update_error, error);
    c->out->judged |= allowed(c, drift) <= IB_TOLERANCE_CEILING;
    if (!(error <= allowed(c, drift)))
        c->out->param_wrong[2 * part->layer + (part->kind == IB_SKETCH_BIAS)] = true;
    if (part->kind == IB_SKETCH_ROWS)
        c->out->worst_row[part->layer] = worst;
    if (part->kind == IB_SKETCH_COLUMNS)
        c->out->worst_column[part->layer] = worst;
}

/* vectors: memory for those of any part. */
static void compare_layers(struct comparison *c, const double *got, double *vectors)
{
    const double *truth = c->step->truth.gradient, *drift = c->step->drift.gradient;
    uint64_t first = 0;
    for (uint32_t l = 0; l < c->net->n_layers; l++) {
        const uint64_t n_in = c->net->width[l], n_out = c->net->width[l + 1];
        const double weights = ib_max_norm(ib_sketch_part_size(c->net, l, IB_SKETCH_ROWS), truth);
        for (int kind = 0; kind < IB_SKETCH_PARTS; kind++) {
            const struct part part = {.layer = l,
                                      .kind = (enum ib_sketch_part)kind,
                                      .rows = kind == IB_SKETCH_ROWS ? n_in : n_out,
                                      .vectors = kind == IB_SKETCH_BIAS ? 1 : IB_SKETCH_VECTORS,
                                      .got = got,
                                      .truth = truth,
                                      .drift = drift};
            const uint64_t size = ib_sketch_part_size(c->net, l, part.kind);
            if (kind != IB_SKETCH_BIAS)
                ib_sketch_vectors(c->net, l, part.kind, vectors);
            compare_part(c, &part, first, vectors, kind == IB_SKETCH_BIAS ? weights : 0);
            got += size;
            truth += size;
            drift += size;
        }
        first += (n_in + 1) * n_out;
    }
}

/* ---- one step ---- */

static void judge_loss(struct comparison *c)
{
    struct ib_step_result *out = c->out;
    const double epsilon = c->spec->dtype == IB_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    const double truth = c->step->truth.loss, drift = c->step->drift.loss;
    const double scale = fmax(fabs(truth), epsilon * fabs(c->step->first_loss));
    const double residual =
        c->spec->batch ? 2 * RESIDUAL_UNITS * epsilon * sqrt(fabs(truth) * fabs(c->step->first_loss)) : 0;
    const double beyond = fabs(c->step->loss - truth) - residual;
    out->loss_error = ib_relative_error(beyond < 0 ? 0 : beyond, scale);
    out->loss_wrong = !(out->loss_error <= allowed(c, ib_relative_error(drift - truth, scale)));
}

/* A sum over the rows of the terms of this loss fits the type. */
static bool holds_loss(const struct comparison *c)
{
    const double most = c->spec->dtype == IB_F64 ? DBL_MAX : (double)FLT_MAX;
    return fabs(c->step->drift.loss) <= most / (double)ib_rows_of_step(c->spec, c->step->number);
}

static void judge(struct comparison *c, const double *got, double *vectors)
{
    struct ib_step_result *out = c->out;
    if (holds_loss(c))
        judge_loss(c);
    compare_layers(c, got, vectors);
    out->wrong = out->loss_wrong;
    for (uint32_t p = 0; p < ib_network_params(c->net); p++)
        out->wrong = out->wrong || out->param_wrong[p];
    out->wrong = out->wrong || out->rule.wrong;
    out->doubtful = !out->loss_wrong && !out->rule.wrong && out->update_error < DOUBTFUL &&
                    c->net->n_layers > 1 && c->net->act == IB_RELU;
}

/* With several layers, numbers of the step are multiplied by each other; with one, only by the features. */
static bool is_safe(const struct ib_training_spec *spec, const struct ib_step *step)
{
    const double safe = ib_largest_safe(spec->dtype), safe_alone = safe * safe;
    return ib_max_norm(ib_network_size(&spec->net), step->from) <=
               (spec->net.n_layers > 1 ? safe : safe_alone) &&
           isfinite(step->truth.loss) &&
           ib_max_norm(ib_sketch_size(&spec->net), step->drift.gradient) <= safe_alone;
}

enum ib_status ib_step_sketch(const struct ib_training_spec *spec, const struct ib_step *step, double **out)
{
    const struct ib_network *net = &spec->net;
    const uint64_t size = ib_network_size(net);
    double *gradient = malloc(size * sizeof *gradient),
           *sketch = malloc(ib_sketch_size(net) * sizeof *sketch);
    enum ib_status status = IB_ENOMEM;
    if (gradient && sketch) {
        ib_update_gradient(spec, step->from, step->to, gradient);
        status = ib_sketch_of(net, gradient, sketch);
    } else {
        ib_fail(IB_ENOMEM, "oracle", "out of memory for a gradient of %" PRIu64 " elements", size);
    }
    free(gradient);
    *out = sketch;
    return status;
}

enum ib_status ib_step_check(const struct ib_training_spec *spec, enum ib_products products,
                             const struct ib_step *step, struct ib_step_result *out)
{
    double *got = NULL, *vectors;
    *out = (struct ib_step_result){.loss_error = NAN, .update_error = NAN};
    if (!is_safe(spec, step))
        return IB_OK;
    out->update_error = 0;
    enum ib_status status = ib_update_check(spec, step->number, step->from, step->to, NULL, &out->rule);
    if (status == IB_OK)
        status = ib_step_sketch(spec, step, &got);
    vectors = malloc(ib_sketch_size(&spec->net) * sizeof *vectors); /* at least as large as those of a part */
    if (status == IB_OK && !vectors)
        status = ib_fail(IB_ENOMEM, "oracle", "out of memory for random vectors");
    if (status == IB_OK)
        judge(
            &(struct comparison){
                .spec = spec, .net = &spec->net, .products = products, .step = step, .out = out},
            got, vectors);
    free(vectors);
    free(got);
    return status;
}
