/* Statistics of samples. No function assumes an order, and none changes its input. */
#ifndef IB_STATS_STATS_H
#define IB_STATS_STATS_H

#include <stddef.h>

/* NaN for n = 0. */
double ib_median(const double *samples, size_t n);
double ib_minimum(const double *samples, size_t n);
/* The standard deviation of what these are samples of; NaN for n < 2. */
double ib_deviation(const double *samples, size_t n);

/* Ascending; the caller frees it. NULL for no samples, or without memory: both leave a statistic unknown. */
double *ib_sorted_copy(const double *samples, size_t n);

#endif
