#include "verify/tolerance.h"

#include <math.h>

/* How far a correct answer may be from the truth, as a multiple of the drift trajectory's distance. That
 * trajectory is a single sample of rounding effects, whose distribution has heavy tails; hence the large
 * factor. */
enum {
    DRIFT_FACTOR = 100,
    DRIFT_FACTOR_TF32 = 10, /* its drift is large and varies little */
};

double ib_tolerance(enum ib_dtype type)
{
    return type == IB_F64 ? 1e-9 : 1e-4;
}

double ib_tolerance_with(enum ib_dtype type, bool tf32, double drift)
{
    return fmax(ib_tolerance(type), (tf32 ? DRIFT_FACTOR_TF32 : DRIFT_FACTOR) * drift);
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
