/* Is a median larger than a limit? Tests of paired differences, and what many of them together need. */
#ifndef IB_STATS_HYPOTHESIS_TESTS_H
#define IB_STATS_HYPOTHESIS_TESTS_H

#include <stddef.h>

/* The sign test: the probability of as many samples above `limit` as there are, or more, if the median were
 * no larger than `limit`. Exact for independent samples, with an inflation of 1; for others the deviation of
 * the count from n/2 is divided by the root of their ib_inflation. Without that, at most alpha just where the
 * lower bound of that certainty lies above the limit. 1 for no samples. */
double ib_sign_test(const double *samples, size_t n, double limit, double inflation);

/* The signed-rank test of Wilcoxon (Biometrics Bulletin 1, 1945) of the same, which also asks how far the
 * samples lie from the limit, and assumes that they lie symmetrically about their median. Its distribution is
 * exact, given the ties; samples on the limit are left out. Quadratic memory: for some hundred samples. NaN:
 * out of memory. */
double ib_signed_rank_test(const double *samples, size_t n, double limit);

/* Replaces n probabilities by those of Holm (Scandinavian Journal of Statistics 6, 1979): where every one at
 * most alpha is called a find, the probability of any false find among them is at most alpha. NaN, for what
 * was not tested, stays and does not count. */
void ib_holm(double *p, size_t n);

#endif
