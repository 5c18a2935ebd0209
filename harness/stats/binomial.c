#include "stats/binomial.h"

#include <math.h>

/* P(B = k) for 0 < p < 1, and for p = 1 if k < n. */
static double exactly(size_t n, size_t k, double p)
{
    double all = (double)n, some = (double)k;
    return exp(lgamma(all + 1) - lgamma(some + 1) - lgamma(all - some + 1) + some * log(p) +
               (all - some) * log1p(-p));
}

/* P(B <= k), summed from the smallest term. */
static double sum_at_most(size_t n, size_t k, double p)
{
    double sum = 0;
    for (size_t i = 0; i <= k; i++)
        sum += exactly(n, i, p);
    return fmin(sum, 1);
}

double ib_binomial_at_most(size_t n, size_t k, double p)
{
    return k >= n || p <= 0 ? 1 : sum_at_most(n, k, p);
}

/* By symmetry: failures are binomial with 1 - p. */
double ib_binomial_at_least(size_t n, size_t k, double p)
{
    return k > n ? 0 : ib_binomial_at_most(n, n - k, 1 - p);
}

size_t ib_binomial_trim(size_t n, double tail)
{
    size_t k = 0;
    double below = exactly(n, 0, 0.5);
    while (k < n && below <= tail)
        below += exactly(n, ++k, 0.5);
    return k;
}

/* The p at which k or more successes of n have probability `tail`. */
static double solve_at_least(size_t n, size_t k, double tail)
{
    double low = 0, high = 1;
    for (double middle = 0.5; low < middle && middle < high; middle = (low + high) / 2)
        if (ib_binomial_at_least(n, k, middle) < tail)
            low = middle;
        else
            high = middle;
    return high;
}

void ib_clopper_pearson(size_t n, size_t k, double coverage, double *low, double *high)
{
    const double tail = (1 - coverage) / 2;
    *low = k ? solve_at_least(n, k, tail) : 0;
    *high = k < n ? 1 - solve_at_least(n, n - k, tail) : 1;
}
