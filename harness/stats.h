/* Statistics of samples. No function assumes an order, and none changes its input. */
#ifndef IB_STATS_H
#define IB_STATS_H

#include <stddef.h>

/* NaN for n = 0. */
double ib_median(const double *samples, size_t n);
double ib_minimum(const double *samples, size_t n);

/* The order-statistic interval of the median with at least 95 % coverage (binomial; Conover, Practical
 * Nonparametric Statistics, 3.2). Fewer than 6 samples cannot give one: both NaN. */
void ib_median_interval(const double *samples, size_t n, double *low, double *high);

#endif
