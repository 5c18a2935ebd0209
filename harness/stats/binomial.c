#include "stats/binomial.h"

#include <math.h>

enum { BISECTIONS = 100 }; /* more than the 53 bits of a double, since p may be tiny */

/* P(B = k) for 0 < p < 1. */
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
    if (k >= n)
        return 1;
    if (p <= 0)
        return 1;
    if (p >= 1)
        return 0;
    return sum_at_most(n, k, p);
}

/* By symmetry: failures are binomial with 1 - p. */
double ib_binomial_at_least(size_t n, size_t k, double p)
{
    if (k == 0)
        return 1;
    return k > n ? 0 : ib_binomial_at_most(n, n - k, 1 - p);
}

size_t ib_binomial_trim(size_t n, double tail)
{
    double below = 0;
    for (size_t k = 0; k < n; k++) {
        below += exactly(n, k, 0.5);
        if (!(below <= tail))
            return k;
    }
    return n;
}

/* The p at which k or more successes of n have probability `tail`. */
static double solve_at_least(size_t n, size_t k, double tail)
{
    double low = 0, high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;
        if (ib_binomial_at_least(n, k, middle) < tail)
            low = middle;
        else
            high = middle;
    }
    return high;
}

void ib_clopper_pearson(size_t n, size_t k, double coverage, double *low, double *high)
{
    const double tail = (1 - coverage) / 2;
    *low = k ? solve_at_least(n, k, tail) : 0;
    *high = k < n ? 1 - solve_at_least(n, n - k, tail) : 1;
}
