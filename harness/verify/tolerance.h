/* Errors and their tolerances. */
#ifndef IB_VERIFY_TOLERANCE_H
#define IB_VERIFY_TOLERANCE_H

#include "core/products.h"
#include "ironbench/impl.h"

/* The base tolerance of a type, for sums over so many rows. All tolerances are calibrated in
 * results/tolerances.md. */
double ib_tolerance(enum ib_dtype, uint64_t rows);
/* The tolerance where correct arithmetic is off by `drift` through rounding: a multiple of the drift, and at
 * least the base tolerance. The multiple depends on the precision of products. */
double ib_tolerance_with(enum ib_dtype, enum ib_products products, uint64_t rows, double drift);
/* The tolerance of a single step over so many rows: its numbers start from the answer's own, so that only the
 * rounding of one epoch's sums tells it from the truth. */
double ib_step_tolerance(enum ib_dtype, enum ib_products products, uint64_t rows, double drift);
/* A comparison that would accept a larger relative error than this shows nothing, and does not count as one:
 * a drift that has grown without limit excuses an error, but proves nothing. */
#define IB_TOLERANCE_CEILING 0.1
/* Above this magnitude, intermediate results of the type may overflow even if the final one is finite. */
double ib_largest_safe(enum ib_dtype);

/* ---- arithmetic that propagates NaN ---- */

double ib_larger(double a, double b);
/* |difference| / scale; 0 if the difference is 0, for any scale. */
double ib_relative_error(double difference, double scale);
/* The largest of n magnitudes. */
double ib_max_norm(uint64_t n, const double *v);
/* The largest |v - reference| relative to the largest |reference|, or to that of drifted - reference where it
 * is larger: what should be exactly 0 is off by its drift at least. drifted may be NULL. *where is the index.
 */
double ib_distance(uint64_t n, const double *v, const double *reference, const double *drifted,
                   uint64_t *where);

#endif
