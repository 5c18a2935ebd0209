#include "verify/tolerance.h"

#include <float.h>
#include <math.h>

/* How far a correct answer may be from the truth, as a multiple of the drift trajectory's distance. That
 * trajectory is a single sample of rounding effects, whose distribution has heavy tails; hence the large
 * factor. */
enum {
    DRIFT_FACTOR = 30,
    DRIFT_FACTOR_TF32 = 10, /* its drift is large and varies little */
    SUM_ROUNDINGS = 4,      /* of a plain f32 sum of losses over n rows, in units of sqrt(n) */
    TF32_DRAW = 3,          /* of a single epoch it is one sample, not the largest of many */
};

/* A plain sum of n terms in the type is off by about sqrt(n) roundings; this many such deviations are allowed
 * in a single f32 step. */
enum {
    STEP_DEVIATIONS = 8,
    STEP_FACTOR = 8, /* rounding does not grow within an epoch */
};

double ib_tolerance(enum ib_dtype type, uint64_t rows)
{
    const double sums = SUM_ROUNDINGS * (double)FLT_EPSILON * sqrt((double)rows);
    return type == IB_F64 ? 1e-9 : fmin(fmax(sums, 1e-5), 1e-4);
}

double ib_tolerance_with(enum ib_dtype type, bool tf32, uint64_t rows, double drift)
{
    return fmax(ib_tolerance(type, rows), (tf32 ? DRIFT_FACTOR_TF32 : DRIFT_FACTOR) * drift);
}

double ib_step_tolerance(enum ib_dtype type, bool tf32, uint64_t rows, double drift)
{
    const double sums = STEP_DEVIATIONS * (double)FLT_EPSILON * sqrt((double)rows);
    const double base =
        type == IB_F64 || tf32 ? ib_tolerance(type, rows) : fmin(ib_tolerance(type, rows), sums);
    return fmax(base, (tf32 ? TF32_DRAW * DRIFT_FACTOR_TF32 : STEP_FACTOR) * drift);
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
