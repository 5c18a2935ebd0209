/* Errors and their tolerances. */
#ifndef IB_VERIFY_TOLERANCE_H
#define IB_VERIFY_TOLERANCE_H

#include "ironbench/impl.h"

/* The base tolerance of a type. All tolerances are calibrated in results/tolerances.md. */
double ib_tolerance(enum ib_dtype);
/* The tolerance where correct arithmetic is off by `drift` through rounding: a multiple of the drift, and at
 * least the base tolerance. tf32: the drift is that of TF32, with a smaller multiple. */
double ib_tolerance_with(enum ib_dtype, bool tf32, double drift);
/* Above this magnitude, intermediate results of the type may overflow even if the final one is finite. */
double ib_largest_safe(enum ib_dtype);

/* ---- arithmetic that propagates NaN ---- */

double ib_larger(double a, double b);
/* |difference| / scale; 0 if the difference is 0, for any scale. */
double ib_relative_error(double difference, double scale);
/* The largest of n magnitudes. */
double ib_max_norm(uint64_t n, const double *v);

#endif
