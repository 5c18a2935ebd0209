/* Change points of a series by E-divisive means: Matteson and James, "A Nonparametric Approach for Multiple
 * Change Point Analysis of Multivariate Data", Journal of the American Statistical Association 109, 2014, for
 * one dimension and with exponent 1. It assumes no distribution. MongoDB finds changes of its benchmarks with
 * it (Daly et al., "The Use of Change Point Detection to Identify Software Performance Regressions in a
 * Continuous Integration System", ICPE 2020), and Hunter builds on it (Fleming et al., ICPE 2023). */
#ifndef IB_STATS_CHANGE_POINTS_H
#define IB_STATS_CHANGE_POINTS_H

#include <stddef.h>

struct ib_change_rules {
    size_t least; /* samples between two changes, and before the first and after the last; at least 2 */
    double level; /* the share of series without any change in which one is found; above 0 and below 1 */
};

/* For histories of runs (results/history-simulation): a single outlier is no change. */
#define IB_CHANGE_LEAST 3
#define IB_CHANGE_LEVEL 0.01

struct ib_change_point {
    size_t at;        /* index of the first sample after the change */
    double statistic; /* the paper's Q: the scaled energy distance of the samples before and after */
    double p;         /* of the permutation test when it was found; at most the level */
};

/* Finds the changes in x[n], one after the other: the most distant two neighbouring stretches of samples,
 * kept if a change as large is rare among permutations of the samples between the changes so far. The
 * permutations are always the same, and so is the result. *out, for n elements, gets them in order of their
 * place. Returns their number. Values must be finite. Time is n^2 for each of up to 10 / level permutations,
 * few of which are needed where nothing has changed. */
size_t ib_change_points(const double *x, size_t n, const struct ib_change_rules *,
                        struct ib_change_point *out);

#endif
