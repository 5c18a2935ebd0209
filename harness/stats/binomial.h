/* The binomial distribution: of how many of n independent trials succeed, each with probability p. */
#ifndef IB_STATS_BINOMIAL_H
#define IB_STATS_BINOMIAL_H

#include <stddef.h>

/* P(B <= k) and P(B >= k). Exact but for rounding, also where p to the n-th underflows. */
double ib_binomial_at_most(size_t n, size_t k, double p);
double ib_binomial_at_least(size_t n, size_t k, double p);

/* The largest k for which fewer than k successes, each with probability 1/2, have at most the probability
 * `tail`. */
size_t ib_binomial_trim(size_t n, double tail);

/* The interval of Clopper and Pearson (Biometrika 26, 1934) for p after k of n successes: covers with at
 * least the probability `coverage`, half of the rest at each side. n = 0 gives 0 to 1. */
void ib_clopper_pearson(size_t n, size_t k, double coverage, double *low, double *high);

#endif
