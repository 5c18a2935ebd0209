#include "verify/tolerance.h"

#include <float.h>
#include <math.h>

/* How far a correct answer may be from the truth, as a multiple of the drift trajectory's distance. That
 * trajectory is a single sample of rounding effects, whose distribution has heavy tails; hence the large
 * factor. */
static const struct {
    double training, step; /* a step is one sample of drift, not the largest of many */
} drift_factors[IB_PRODUCTS_COUNT] = {
    [IB_PRODUCTS_F32] = {30, 8},   /* rounding does not grow within an epoch */
    [IB_PRODUCTS_TF32] = {10, 30}, /* factors that are cut off: a drift that is large and varies little */
    [IB_PRODUCTS_BF16] = {10, 15}, /* factors rounded as most implementations round them */
    [IB_PRODUCTS_FP16] = {10, 15},
};

/* A plain sum of n terms in the type is off by about sqrt(n) roundings; this many such deviations are allowed
 * in f32: of a loss, and in a single step. */
enum { SUM_ROUNDINGS = 4, STEP_DEVIATIONS = 8 };

double ib_tolerance(enum ib_dtype type, uint64_t rows)
{
    const double sums = SUM_ROUNDINGS * (double)FLT_EPSILON * sqrt((double)rows);
    return type == IB_F64 ? 1e-9 : fmin(fmax(sums, 1e-5), 1e-4);
}

double ib_tolerance_with(enum ib_dtype type, enum ib_products products, uint64_t rows, double drift)
{
    return fmax(ib_tolerance(type, rows), drift_factors[products].training * drift);
}

double ib_step_tolerance(enum ib_dtype type, enum ib_products products, uint64_t rows, double drift)
{
    const double sums = STEP_DEVIATIONS * (double)FLT_EPSILON * sqrt((double)rows);
    const double base =
        type == IB_F64 || products ? ib_tolerance(type, rows) : fmin(ib_tolerance(type, rows), sums);
    return fmax(base, drift_factors[products].step * drift);
}

double ib_largest_safe(enum ib_dtype type)
{
    return type == IB_F64 ? 1e100 : 1e15;
}

double ib_larger(double a, double b)
{
    return b > a || isnan(b) ? b : a;
}

double ib_relative_error(double difference, double scale)
{
    return difference == 0 ? 0 : fabs(difference) / scale;
}

double ib_max_norm(uint64_t n, const double *v)
{
    double norm = 0;
    for (uint64_t i = 0; i < n && !isnan(norm); i++)
        norm = ib_larger(norm, fabs(v[i]));
    return norm;
}

/* The largest |v - reference|; *where is its index. */
static double apart(uint64_t n, const double *v, const double *reference, uint64_t *where)
{
    double worst = 0;
    *where = 0;
    for (uint64_t i = 0; i < n && !isnan(worst); i++) {
        const double difference = fabs(v[i] - reference[i]);
        if (ib_larger(worst, difference) != worst)
            *where = i;
        worst = ib_larger(worst, difference);
    }
    return worst;
}

double ib_distance(uint64_t n, const double *v, const double *reference, const double *drifted,
                   uint64_t *where)
{
    uint64_t unused;
    const double drift = drifted ? apart(n, drifted, reference, &unused) : 0;
    return ib_relative_error(apart(n, v, reference, where), fmax(ib_max_norm(n, reference), drift));
}
