/* Tests whether a median or a mean exceeds a limit, for paired differences, and the correction for multiple
 * tests. */
#ifndef IB_STATS_HYPOTHESIS_TESTS_H
#define IB_STATS_HYPOTHESIS_TESTS_H

#include <stddef.h>

/* The sign test. Returns the probability of at least as many samples above `limit` if the median were at
 * most `limit`; 1 for no samples. Exact for independent samples, with an inflation of 1. Otherwise the
 * deviation of the count from n/2 is divided by the square root of `inflation` (ib_inflation). With an
 * inflation of 1, the result is at most alpha exactly if the lower bound at confidence 1 - alpha is above
 * the limit. */
double ib_sign_test(const double *samples, size_t n, double limit, double inflation);

/* The Wilcoxon signed-rank test (Biometrics Bulletin 1, 1945) of the same hypothesis. It also uses the
 * distances from the limit, and assumes that samples are symmetric about their median. The distribution is
 * exact given the ties; samples equal to the limit are ignored. Memory is quadratic in n: meant for a few
 * hundred samples. NaN: out of memory. */
double ib_signed_rank_test(const double *samples, size_t n, double limit);

/* Fisher's sign-flip test of the mean. Returns the probability of at least as large a sum of deviations from
 * the limit if each were as likely to have the other sign: exact if samples are symmetric about the limit, as
 * the logarithms of ratios of like with like are. The largest tenth of the deviations count only as much as
 * the next, in either direction; sizes are rounded to a fiftieth of that. NaN: out of memory. */
double ib_sign_flip_test(const double *samples, size_t n, double limit);

/* Replaces n p-values by Holm's adjusted ones (Scandinavian Journal of Statistics 6, 1979): if every one up
 * to alpha is called significant, the probability of any false positive is at most alpha. NaN (not tested)
 * is kept and not counted. */
void ib_holm(double *p, size_t n);

#endif
