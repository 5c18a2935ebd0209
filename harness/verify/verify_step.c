#include "verify/verify_step.h"

#include "base/error.h"
#include "verify/tolerance.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* The variance of the product of a row's rounding errors with a random vector is the sum of their squares.
 * This many standard deviations are allowed (results/tolerances.md), with a rounding error of one unit in the
 * last place, not half of one, for every parameter. */
enum { ROUNDING_DEVIATIONS = 8 };

/* In TF32 the drift of a single epoch is one sample, not the largest of many, so it is multiplied by this. */
enum { TF32_DRAW = 3 };

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
    bool tf32;
    const struct ib_step *step;
    struct ib_step_result *out;
};

/* The tolerance, given the drift of the oracle's arithmetic. */
static double allowed(const struct comparison *c, double drift)
{
    return ib_tolerance_with(c->spec->dtype, c->tf32, (c->tf32 ? TF32_DRAW : 1) * drift);
}

/* ---- the effect of rounding the parameters ---- */

/* The square of the larger of two values of parameter i. */
static double square_at(const struct ib_step *step, uint64_t i)
{
    const double value = fmax(fabs(step->from[i]), fabs(step->to[i]));
    return value * value;
}

/* The error that rounding allows in row `row` of a part. first: index of the layer's first parameter. */
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

/* The few bias gradients may nearly vanish while those of the weights do not, so they are scaled by the
 * larger of the two. */
static void compare_part(struct comparison *c, const struct part *part, uint64_t first, double weights)
{
    const uint64_t n = part->rows * part->vectors;
    const double scale = ib_larger(ib_max_norm(n, part->truth), weights);
    double error = 0, drift = 0;
    uint64_t worst = 0;
    for (uint64_t row = 0; row < part->rows; row++) {
        const double lost = rounding(c, part, first, row);
        for (uint64_t i = row * part->vectors; i < (row + 1) * part->vectors; i++) {
            const double beyond = fabs(part->got[i] - part->truth[i]) - lost;
            const double e = ib_relative_error(beyond < 0 ? 0 : beyond, scale);
            if (ib_larger(error, e) != error)
                worst = row;
            error = ib_larger(error, e);
            drift = fmax(drift, ib_relative_error(fabs(part->drift[i] - part->truth[i]), scale));
        }
    }
    c->out->update_error = ib_larger(c->out->update_error, error);
    if (!(error <= allowed(c, drift)))
        c->out->param_wrong[2 * part->layer + (part->kind == IB_SKETCH_BIAS)] = true;
    if (part->kind == IB_SKETCH_ROWS)
        c->out->worst_row[part->layer] = worst;
    if (part->kind == IB_SKETCH_COLUMNS)
        c->out->worst_column[part->layer] = worst;
}

static void compare_layers(struct comparison *c, const double *got)
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
            compare_part(c, &part, first, kind == IB_SKETCH_BIAS ? weights : 0);
            got += size;
            truth += size;
            drift += size;
        }
        first += (n_in + 1) * n_out;
    }
}

/* ---- one step ---- */

static void judge(struct comparison *c, const double *got)
{
    struct ib_step_result *out = c->out;
    const double truth = c->step->truth.loss, drift = c->step->drift.loss;
    if (isfinite(drift)) { /* else the type cannot hold it */
        out->loss_error = ib_relative_error(fabs(c->step->loss - truth), fabs(truth));
        out->loss_wrong =
            !(out->loss_error <= allowed(c, ib_relative_error(fabs(drift - truth), fabs(truth))));
    }
    compare_layers(c, got);
    out->wrong = out->loss_wrong;
    for (uint32_t p = 0; p < ib_network_params(c->net); p++)
        out->wrong = out->wrong || out->param_wrong[p];
}

enum ib_status ib_step_sketch(const struct ib_training_spec *spec, const struct ib_step *step, double **out)
{
    const struct ib_network *net = &spec->net;
    const uint64_t size = ib_network_size(net);
    double *gradient = malloc(size * sizeof *gradient),
           *sketch = malloc(ib_sketch_size(net) * sizeof *sketch);
    enum ib_status status = IB_ENOMEM;
    if (gradient && sketch) {
        for (uint64_t i = 0; i < size; i++)
            gradient[i] = (step->from[i] - step->to[i]) / spec->lr;
        status = ib_sketch_of(net, gradient, sketch);
    } else {
        ib_fail(IB_ENOMEM, "oracle", "out of memory for a gradient of %" PRIu64 " elements", size);
    }
    free(gradient);
    *out = sketch;
    return status;
}

enum ib_status ib_step_check(const struct ib_training_spec *spec, bool tf32, const struct ib_step *step,
                             struct ib_step_result *out)
{
    double *got;
    *out = (struct ib_step_result){.loss_error = NAN, .update_error = NAN};
    if (!(ib_max_norm(ib_network_size(&spec->net), step->from) <= ib_largest_safe(spec->dtype)) ||
        !isfinite(step->truth.loss) ||
        !isfinite(ib_max_norm(ib_sketch_size(&spec->net), step->drift.gradient)))
        return IB_OK;
    out->judged = true;
    out->update_error = 0;
    enum ib_status status = ib_step_sketch(spec, step, &got);
    if (status == IB_OK)
        judge(&(struct comparison){.spec = spec, .net = &spec->net, .tf32 = tf32, .step = step, .out = out},
              got);
    free(got);
    return status;
}
