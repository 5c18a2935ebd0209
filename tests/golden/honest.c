#include "honest.h"

#include "core/batches.h"
#include "core/loss_schedule.h"

#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

const struct honest honest_trainers[HONEST_COUNT] = {
    {.name = "plain"},
    {.name = "plain, fma", .fma = true},
    {.name = "bias first", .folded = true, .bias_first = true},
    {.name = "bias first, fma", .bias_first = true, .fma = true},
    {.name = "mean last", .folded = true, .mean_last = true},
    {.name = "mean last, bias first, fma", .mean_last = true, .bias_first = true, .fma = true},
    {.name = "reversed", .sum = HONEST_REVERSED},
    {.name = "reversed, fma", .folded = true, .sum = HONEST_REVERSED, .fma = true, .bias_first = true},
    {.name = "reversed, mean last", .sum = HONEST_REVERSED, .mean_last = true},
    {.name = "pairwise", .folded = true, .sum = HONEST_PAIRWISE},
    {.name = "pairwise, mean last", .sum = HONEST_PAIRWISE, .mean_last = true, .bias_first = true},
    {.name = "Kahan", .sum = HONEST_KAHAN},
    {.name = "lanes", .sum = HONEST_LANES},
    {.name = "lanes, fma", .folded = true, .sum = HONEST_LANES, .fma = true, .bias_first = true},
    {.name = "lanes, fma, mean last", .sum = HONEST_LANES, .fma = true, .mean_last = true},
    {.name = "blocks", .folded = true, .sum = HONEST_BLOCKS, .fma = true},
    {.name = "wide", .sum = HONEST_WIDE},
    {.name = "wide, mean last", .folded = true, .sum = HONEST_WIDE, .mean_last = true, .bias_first = true},
    {.name = "rough exp", .rough_exp = true},
    {.name = "threads", .split = true},
    {.name = "threads, lanes, fma, rough exp",
     .sum = HONEST_LANES,
     .split = true,
     .fma = true,
     .rough_exp = true},
};

static void *alloc(uint64_t bytes)
{
    void *v = calloc(1, bytes + 64);
    if (!v)
        abort();
    return v;
}

/* A factor of a product, rounded to the nearest. */
static float factor(enum ib_products products, float x)
{
    static const struct {
        int bits, least; /* with the leading one; the exponent below which numbers have fewer */
        double end;      /* the first power of two that does not fit */
    } formats[] = {[IB_PRODUCTS_TF32] = {11, -125, 0x1p128},
                   [IB_PRODUCTS_BF16] = {8, -125, 0x1p128},
                   [IB_PRODUCTS_FP16] = {11, -13, 0x1p16}};
    int exponent;
    if (products == IB_PRODUCTS_F32 || !isfinite(x))
        return x;
    (void)frexp((double)x, &exponent);
    exponent =
        (exponent > formats[products].least ? exponent : formats[products].least) - formats[products].bits;
    const double kept = ldexp(rint(ldexp((double)x, -exponent)), exponent);
    return fabs(kept) < formats[products].end ? (float)kept : copysignf(INFINITY, x);
}

#define REAL         float
#define WIDE         double
#define T(name)      name##_f32
#define FMA(a, b, c) fmaf(a, b, c)
#include "honest.inc"
#undef REAL
#undef WIDE
#undef T
#undef FMA

#define REAL         double
#define WIDE         long double
#define T(name)      name##_f64
#define FMA(a, b, c) (fma)(a, b, c)
#include "honest.inc"

void honest_train(const struct honest *h, const struct ib_oracle_problem *problem, struct ib_trajectory *out)
{
    if (problem->arithmetic.type == IB_F32)
        train_f32(h, problem, out);
    else
        train_f64(h, problem, out);
}

void honest_predict(const struct honest *h, enum ib_dtype type, enum ib_products products,
                    const struct ib_network *net, const double *params, uint64_t rows, const double *x,
                    double *out)
{
    if (type == IB_F32)
        predict_f32(h, products, net, params, rows, x, out);
    else
        predict_f64(h, products, net, params, rows, x, out);
}
