/* Confidence intervals for medians from order statistics. They assume no distribution, and therefore also
 * hold for skewed and bimodal times. */
#ifndef IB_STATS_CONFIDENCE_INTERVAL_H
#define IB_STATS_CONFIDENCE_INTERVAL_H

#include <stddef.h>

/* low and high are NaN if there are too few samples for the coverage. */
struct ib_interval {
    double median, low, high;
    size_t n;
};

/* The interval for the median of independent samples. Its coverage is at least `coverage` (Conover,
 * Practical Nonparametric Statistics, 3.2). `low` alone is a one-sided bound of confidence (1 + coverage) /
 * 2. */
struct ib_interval ib_interval(const double *samples, size_t n, double coverage);

enum { IB_INTERVAL_MIN = 6 }; /* samples; with fewer, the median has no interval at 95 % */

/* The bounds of ib_interval at 95 %; both NaN for fewer than IB_INTERVAL_MIN samples. */
void ib_median_interval(const double *samples, size_t n, double *low, double *high);

/* The interval for the median of correlated samples, in the order in which they were taken: ib_interval
 * widened by ib_inflation, as far as the samples reach. For an autoregressive process with coefficient 0.5
 * and a nominal coverage of 95 %, it covers 93 % with 10 to 30 samples and 95 % with 100 (a percentile
 * interval from a block bootstrap: 78 %, 85 % and 90 %); for independent samples, 97 % or more. */
struct ib_interval ib_interval_correlated(const double *samples, size_t n, double coverage);

/* The factor by which the correlation of neighbours raises the variance of the number of samples above
 * their median; at least 1. It is (1 + r) / (1 - r), as for an autoregressive process, where r is the lag-1
 * autocorrelation of the signs about the median, corrected for bias (Kendall, Biometrika 41, 1954). */
double ib_inflation(const double *samples, size_t n);

/* The interval for the difference of two medians, right - left, of unpaired samples, by variance recovery
 * from the two intervals (Zou and Donner, Statistics in Medicine 27, 2008). `n` is the smaller of the two. */
struct ib_interval ib_interval_difference(const struct ib_interval *left, const struct ib_interval *right);

#endif
