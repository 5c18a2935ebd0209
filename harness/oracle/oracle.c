#include "oracle/oracle.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "core/batches.h"
#include "core/loss_schedule.h"

#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

/* BLOCK rows are summed in the type itself, in LANES parallel sums, and then added to an f64 sum. Good
 * implementations sum in blocks too, so the rounding is similar. */
enum { BLOCK = 64, LANES = 8 };

/* Tiling of products (products.inc): bytes of the longest vector; features summed in parallel, in sums over
 * features (STRIP) and over samples (TALL); and the number of columns up to which tiles do not pay off. */
enum { WIDEST_VECTOR = 64, STRIP = 4, TALL = 8, NARROW = 3 };

/* One copy of the innermost loops per instruction set, selected at run time. All give identical bits: no
 * sum is reordered, and no multiplication is fused with an addition. */
#if defined __x86_64__
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif
#define JOIN_AS_IS(a, b) a##_##b
#define JOIN(a, b)       JOIN_AS_IS(a, b)

/* Up to PROBES blocks are timed to estimate an epoch, as long as they are at most 1/PROBE_SHARE of it. */
enum { PROBES = 3, PROBE_SHARE = 8 };

/* Variants of the computation. */
struct options {
    bool reversed; /* sum from last to first */
    bool sketches; /* compute only the gradient's sketch */
    enum ib_products products;
    unsigned jitter; /* displace the terms of sums: the seed */
    bool kinks;      /* switch ReLUs at random whose inputs are nearly zero */
};

/* A ReLU whose input is zero up to rounding lets a sample's gradient through, or not, which moves a step of
 * few rows much further than rounding does. It is so rare that of an honest training and the first drift
 * trajectory only one may meet it. Further ones therefore switch at random what is below this share of the
 * mean input, which happens every few epochs. */
#define KINK 3e-5

/* What a pass over the rows computes. */
enum { WANT_LOSS = 1, WANT_GRADIENT = 2 };

/* An array in its stored type; the other pointer is NULL. */
struct stored {
    const double *f64;
    const float *f32;
};

struct rows {
    uint64_t n;
    struct stored x, y;
    const uint32_t *order; /* the numbers of the rows; NULL: the first n */
};

/* The number of values whose mean the loss is. */
static double averaged(const struct ib_network *net, uint64_t rows)
{
    return (double)rows * (net->loss == IB_CE ? 1 : (double)net->width[net->n_layers]);
}

static struct rows rows_of(const struct ib_oracle_problem *problem)
{
    return (struct rows){
        problem->spec.rows, {problem->x, problem->x_f32}, {problem->y, problem->y_f32}, NULL};
}

/* The rows of the step of an epoch (from 0) that begins after `first` rows of it. */
static struct rows step_rows(const struct ib_oracle_problem *problem, uint64_t epoch, uint64_t first)
{
    struct rows rows = rows_of(problem);
    if (problem->spec.batch == 0)
        return rows;
    rows.n = rows.n - first < problem->spec.batch ? rows.n - first : problem->spec.batch;
    rows.order = problem->order + epoch % ib_order_count(&problem->spec) * problem->spec.rows + first;
    return rows;
}

/* The rows of step `step` (from 1) of the whole training. */
static struct rows rows_at_step(const struct ib_oracle_problem *problem, uint64_t step)
{
    const uint64_t batch = problem->spec.batch;
    if (batch == 0)
        return rows_of(problem);
    const uint64_t steps = (problem->spec.rows + batch - 1) / batch;
    return step_rows(problem, (step - 1) / steps, (step - 1) % steps * batch);
}

static struct options options_of(const struct ib_oracle_problem *problem, bool sketches)
{
    const struct ib_arithmetic *a = &problem->arithmetic;
    const bool kinks = problem->spec.batch && a->type == IB_F32 && a->jitter > 1 && !sketches;
    return (struct options){a->reversed, sketches, a->products, a->jitter, kinks};
}

struct ib_arithmetic ib_drift_arithmetic(enum ib_dtype type, enum ib_products products, unsigned n)
{
    return (struct ib_arithmetic){
        .type = type, .products = products, .reversed = type == IB_F64, .jitter = n + 1};
}

static void curve_add(struct ib_curve *curve, uint64_t epoch, double loss)
{
    curve->epoch[curve->n] = epoch;
    curve->loss[curve->n++] = loss;
}

/* Returns true if the next epoch, at the average speed so far, would exceed the budget. It is called before
 * that epoch, since the loss of the last epoch is read. */
static bool is_last_in_budget(uint64_t budget_ns, uint64_t start_ns, uint64_t epochs_done)
{
    if (budget_ns == 0 || epochs_done == 0)
        return false;
    const uint64_t spent_ns = ib_now_ns() - start_ns;
    return spent_ns + spent_ns / epochs_done >= budget_ns;
}

/* 1: all factors are rounded to the nearest, also those that hardware may cut off, which biases sums
 * (tests/golden/oracle_fast.c). */
#ifndef FACTORS_TO_NEAREST
#define FACTORS_TO_NEAREST 0
#endif

/* Whether factors are cut off. The first drift trajectory does so where hardware may, which is the worst that
 * it does to most sums; but what points one way also cancels, in a sum over few rows about zero. Further ones
 * round. */
static bool cuts_off(const struct options *options)
{
    return ib_product_format(options->products)->cut_off && options->jitter <= 1 && !FACTORS_TO_NEAREST;
}

/* How far factors are displaced because they are rounded. The first drift trajectory rounds as most
 * implementations do; further ones also displace by half a unit, as what a factor is rounded to depends on
 * its scale, which an implementation of a gradient chooses, and on what hardware does. */
static double factor_displacement(const struct options *options)
{
    const bool rounds_only = options->products == IB_PRODUCTS_F32 || options->jitter <= 1;
    return rounds_only ? 0 : ldexp(0.5, -ib_product_format(options->products)->bits);
}

/* A factor of a product in this format. */
static float as_factor(const struct ib_product_format *format, bool cut_off, float x)
{
    const int lost = FLT_MANT_DIG - 1 - format->bits;
    uint32_t bits;
    if (!isfinite(x))
        return x;
    if (fabsf(x) < ldexpf(format->smallest, format->bits)) {
        const float steps = x / format->smallest;
        return (cut_off ? truncf(steps) : rintf(steps)) * format->smallest;
    }
    memcpy(&bits, &x, sizeof bits);
    if (!cut_off)
        bits += (1u << (lost - 1)) - 1 + (bits >> lost & 1);
    bits &= ~0u << lost;
    memcpy(&x, &bits, sizeof x);
    return fabsf(x) > format->largest ? copysignf(INFINITY, x) : x;
}

#define REAL    float
#define T(name) name##_f32
#include "arithmetic.inc"
#undef REAL
#undef T

#define REAL    double
#define T(name) name##_f64
#include "arithmetic.inc"
#undef REAL
#undef T

void ib_trajectory_free(struct ib_trajectory *trajectory)
{
    ib_curve_free(&trajectory->curve);
    free(trajectory->params);
    *trajectory = (struct ib_trajectory){0};
}

void ib_oracle_use_rows(struct ib_oracle_problem *problem, const struct ib_npy *x, const struct ib_npy *y)
{
    problem->x = x->type == IB_F64 ? x->data : NULL;
    problem->y = y->type == IB_F64 ? y->data : NULL;
    problem->x_f32 = x->type == IB_F32 ? x->data : NULL;
    problem->y_f32 = y->type == IB_F32 ? y->data : NULL;
}

enum ib_status ib_oracle_train(const struct ib_oracle_problem *problem, struct ib_trajectory *out)
{
    const size_t readings =
        IB_READ_FIRST + IB_READ_BETWEEN + IB_READ_LAST + 1; /* plus the last epoch within the budget */
    *out = (struct ib_trajectory){.size = ib_network_size(&problem->spec.net)};
    if (problem->epochs == 0 || problem->spec.rows == 0)
        return ib_fail(IB_EINVAL, "oracle", "training requires at least one row and one epoch");

    enum ib_status status;
    out->curve.epoch = malloc(readings * sizeof *out->curve.epoch);
    out->curve.loss = malloc(readings * sizeof *out->curve.loss);
    out->params = malloc(out->size * sizeof *out->params);
    if (!out->curve.epoch || !out->curve.loss || !out->params)
        status = ib_fail(IB_ENOMEM, "oracle", "out of memory for a trajectory of %" PRIu64 " parameters",
                         out->size);
    else
        status = problem->arithmetic.type == IB_F32 ? train_f32(problem, out) : train_f64(problem, out);
    if (status != IB_OK)
        ib_trajectory_free(out);
    return status;
}

enum ib_status ib_oracle_step(const struct ib_oracle_problem *problem, double *loss, double *sketch)
{
    if (problem->spec.rows == 0)
        return ib_fail(IB_EINVAL, "oracle", "a step requires at least one row");
    return problem->arithmetic.type == IB_F32 ? step_f32(problem, loss, sketch)
                                              : step_f64(problem, loss, sketch);
}

void ib_oracle_predict(const struct ib_network *net, const double *params, uint64_t rows, const double *x,
                       double *out)
{
    predict_f64(net, params, (struct options){0}, rows, x, out);
}

void ib_oracle_predict_rounded(const struct ib_network *net, const double *params, enum ib_dtype type,
                               enum ib_products products, uint64_t rows, const double *x, double *out)
{
    const struct options options = {.products = products, .jitter = 1};
    if (type == IB_F32)
        predict_f32(net, params, options, rows, x, out);
    else
        predict_f64(net, params, options, rows, x, out);
}

double ib_oracle_problem_loss(const struct ib_oracle_problem *problem)
{
    struct workspace_f64 m;
    if (open_f64(&problem->spec.net, problem->params, (struct options){0}, &m) != IB_OK)
        return NAN;
    const struct rows rows = rows_of(problem);
    const double loss = pass_f64(&m, &rows, WANT_LOSS);
    close_f64(&m);
    return loss;
}

double ib_oracle_loss(const struct ib_network *net, const double *params, uint64_t rows, const double *x,
                      const double *y)
{
    return ib_oracle_problem_loss(
        &(struct ib_oracle_problem){.spec = {.net = *net, .rows = rows}, .x = x, .y = y, .params = params});
}

double ib_oracle_gradient(const struct ib_network *net, const double *params, uint64_t rows, const double *x,
                          const double *y, double *gradient)
{
    struct workspace_f64 m;
    const bool ready = open_f64(net, params, (struct options){0}, &m) == IB_OK;
    const double loss =
        ready ? pass_f64(&m, &(struct rows){rows, {x, NULL}, {y, NULL}, NULL}, WANT_LOSS | WANT_GRADIENT)
              : NAN;
    for (uint64_t i = 0; i < ib_network_size(net); i++)
        gradient[i] = ready ? m.sum[i] : NAN;
    close_f64(&m);
    return loss;
}
