/* Intervals for medians, from order statistics: they assume no distribution, so they hold for skewed and
 * bimodal times as for normal ones. */
#ifndef IB_STATS_CONFIDENCE_INTERVAL_H
#define IB_STATS_CONFIDENCE_INTERVAL_H

#include <stddef.h>

/* low and high are NaN where there are too few samples to be so sure. */
struct ib_interval {
    double median, low, high;
    size_t n;
};

/* Of independent samples; covers the median with at least the probability `coverage` (Conover, Practical
 * Nonparametric Statistics, 3.2). `low` alone is a bound that holds with (1 + coverage) / 2. */
struct ib_interval ib_interval(const double *samples, size_t n, double coverage);

/* Its bounds at 95 %. Fewer than 6 samples cannot give them: both NaN. */
void ib_median_interval(const double *samples, size_t n, double *low, double *high);

/* Of samples in the order in which they were taken, of which neighbours may be alike: the interval above,
 * widened by ib_inflation, as far as the samples reach, and never narrower than it. Of an autoregressive
 * process with coefficient 0.5 it covers 93 % at 10 to 30 samples and 95 % at 100, when 95 % are asked for
 * (a percentile interval of a block bootstrap: 78 %, 85 % and 90 %); of independent samples 97 % and more. */
struct ib_interval ib_interval_correlated(const double *samples, size_t n, double coverage);

/* By how much correlation of neighbours raises the variance of the number of samples above their median; at
 * least 1. From the autocorrelation r of the signs about the median at lag 1, less its bias (Kendall,
 * Biometrika 41, 1954): (1 + r) / (1 - r), as for an autoregressive process. */
double ib_inflation(const double *samples, size_t n);

/* Of the difference of two medians, right - left, from samples that are not paired: by the recovery of
 * variances from the interval of each (Zou and Donner, Statistics in Medicine 27, 2008). `n` is the smaller
 * of the two. */
struct ib_interval ib_interval_difference(const struct ib_interval *left, const struct ib_interval *right);

#endif
