/* Statistics of samples, in any order. No function modifies its input. */
#ifndef IB_STATS_STATS_H
#define IB_STATS_STATS_H

#include <stddef.h>

/* NaN for n = 0. */
double ib_median(const double *samples, size_t n);
double ib_minimum(const double *samples, size_t n);
/* The mean without the `share` of the samples at either end, rounded down to whole ones; NaN for n = 0. */
double ib_trimmed_mean(const double *samples, size_t n, double share);
/* The sample standard deviation (n - 1); NaN for n < 2. */
double ib_deviation(const double *samples, size_t n);

/* Of samples in ascending order. */
double ib_sorted_median(const double *sorted, size_t n);

/* Returns a copy in ascending order, which the caller frees. NULL for n = 0 or out of memory. */
double *ib_sorted_copy(const double *samples, size_t n);

#endif
