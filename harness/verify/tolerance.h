/* Errors, and how large they may be. */
#ifndef IB_VERIFY_TOLERANCE_H
#define IB_VERIFY_TOLERANCE_H

#include "ironbench/impl.h"

/* The base tolerance of a type. Calibration of all: results/tolerances.md. */
double ib_tolerance(enum ib_dtype);
/* What an error may be where honest rounding is off by `drift`: a multiple of that, but never less than the
 * base tolerance. tf32: the drift is that of TF32, and its multiple smaller. */
double ib_tolerance_with(enum ib_dtype, bool tf32, double drift);
/* Beyond this, arithmetic of the type may overflow on its way to a number that is still finite. */
double ib_largest_safe(enum ib_dtype);

/* ---- arithmetic in which NaN wins ---- */

double ib_larger(double a, double b);
/* |difference| / scale; 0 for no difference, whatever the scale. */
double ib_relative_error(double difference, double scale);
/* The largest of n magnitudes. */
double ib_max_norm(uint64_t n, const double *v);

#endif
