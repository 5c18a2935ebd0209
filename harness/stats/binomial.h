/* The binomial distribution: the number B of successes in n independent trials of probability p. */
#ifndef IB_STATS_BINOMIAL_H
#define IB_STATS_BINOMIAL_H

#include <stddef.h>

/* P(B <= k) and P(B >= k). Exact up to rounding, even if p^n underflows. */
double ib_binomial_at_most(size_t n, size_t k, double p);
double ib_binomial_at_least(size_t n, size_t k, double p);

/* The largest k such that fewer than k successes have at most the probability `tail`, for p = 1/2. */
size_t ib_binomial_trim(size_t n, double tail);

/* The Clopper-Pearson interval (Biometrika 26, 1934) for p after k successes in n trials. Its coverage is
 * at least `coverage`, with half of the error on each side. n = 0 gives 0 to 1. */
void ib_clopper_pearson(size_t n, size_t k, double coverage, double *low, double *high);

#endif
