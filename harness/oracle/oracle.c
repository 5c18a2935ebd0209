#include "oracle/oracle.h"

#include "base/clock.h"
#include "base/error.h"
#include "core/loss_schedule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

/* BLOCK rows are added up in the type itself before they join an f64 sum, in LANES sums side by side: good
 * implementations sum in blocks, too, so that the rounding here is like theirs. */
enum { BLOCK = 64, LANES = 8 };

/* How products are tiled (products.inc): bytes of the longest vector, features summed up side by side, in
 * sums over features and in sums over samples; and up to how many columns tiles are not worth it. */
enum { WIDEST_VECTOR = 64, STRIP = 4, TALL = 8, NARROW = 3 };

/* One copy of the innermost loops for each generation of processors, chosen when the program runs. All
 * compute the same bits: no sum is reordered, and no multiplication fused with an addition. */
#if defined __x86_64__
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif
#define JOIN_AS_IS(a, b) a##_##b
#define JOIN(a, b)       JOIN_AS_IS(a, b)

/* Whether an epoch fits the budget is told by up to so many blocks, while they are at most 1/PROBE_SHARE of
 * it. */
enum { PROBES = 3, PROBE_SHARE = 8 };

/* How a network is computed. */
struct ways {
    bool reversed; /* add up everything from last to first */
    bool sketches; /* the gradient by random vectors only */
    bool tf32;     /* factors of products lose their last bits first */
};

/* What a pass over the rows is to give. */
enum { WANT_LOSS = 1, WANT_GRADIENT = 2 };

/* An array as it is stored: one of the two. */
struct stored {
    const double *f64;
    const float *f32;
};

struct rows {
    uint64_t n;
    struct stored x, y;
};

static struct rows rows_of(const struct ib_oracle_problem *problem)
{
    return (struct rows){problem->spec.rows, {problem->x, problem->x_f32}, {problem->y, problem->y_f32}};
}

static struct ways ways_of(const struct ib_oracle_problem *problem, bool sketches)
{
    return (struct ways){problem->arithmetic.reversed, sketches, problem->arithmetic.tf32};
}

static void curve_add(struct ib_curve *curve, uint64_t epoch, double loss)
{
    curve->epoch[curve->n] = epoch;
    curve->loss[curve->n++] = loss;
}

/* Would the next epoch, at the speed of those done, pass the budget? Asked before it, since its loss is then
 * read. */
static bool is_last_in_budget(uint64_t budget_ns, uint64_t start_ns, uint64_t epochs_done)
{
    if (budget_ns == 0 || epochs_done == 0)
        return false;
    const uint64_t spent_ns = ib_now_ns() - start_ns;
    return spent_ns + spent_ns / epochs_done >= budget_ns;
}

/* What is kept of a factor in TF32: so much is added to the bits before the last 13 are cut off. With 0 every
 * factor shrinks, which tells in sums, and is the worst that a device may do; 0x1000 rounds to the nearest
 * (tests/golden/oracle_fast.c). */
#ifndef TF32_ADDED
#define TF32_ADDED 0u
#endif

static float to_tf32(float x)
{
    uint32_t bits;
    if (!isfinite(x))
        return x;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + TF32_ADDED) & ~0x1fffu;
    memcpy(&x, &bits, sizeof x);
    return x;
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
        IB_READ_FIRST + IB_READ_BETWEEN + IB_READ_LAST + 1; /* one more: where the budget ends */
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
    predict_f64(net, params, false, rows, x, out);
}

void ib_oracle_predict_f32(const struct ib_network *net, const double *params, bool tf32, uint64_t rows,
                           const double *x, double *out)
{
    predict_f32(net, params, tf32, rows, x, out);
}

double ib_oracle_problem_loss(const struct ib_oracle_problem *problem)
{
    struct machine_f64 m;
    if (open_f64(&problem->spec.net, problem->params, (struct ways){0}, &m) != IB_OK)
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
    struct machine_f64 m;
    const bool ready = open_f64(net, params, (struct ways){0}, &m) == IB_OK;
    const double loss =
        ready ? pass_f64(&m, &(struct rows){rows, {x, NULL}, {y, NULL}}, WANT_LOSS | WANT_GRADIENT) : NAN;
    for (uint64_t i = 0; i < ib_network_size(net); i++)
        gradient[i] = ready ? m.sum[i] : NAN;
    close_f64(&m);
    return loss;
}
