#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COVERAGE 0.95

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* NULL for no samples, or without memory: both leave the statistic unknown. */
static double *sorted_copy(const double *samples, size_t n)
{
    double *copy = n ? malloc(n * sizeof *copy) : NULL;
    if (copy) {
        memcpy(copy, samples, n * sizeof *copy);
        qsort(copy, n, sizeof *copy, by_value);
    }
    return copy;
}

double ib_median(const double *samples, size_t n)
{
    double *sorted = sorted_copy(samples, n);
    if (!sorted)
        return NAN;
    const double median = n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    free(sorted);
    return median;
}

double ib_minimum(const double *samples, size_t n)
{
    double minimum = n ? samples[0] : NAN;
    for (size_t i = 1; i < n; i++)
        minimum = fmin(minimum, samples[i]);
    return minimum;
}

/* How many samples may lie outside at either end: the largest k with 2 P(B < k) <= 1 - COVERAGE, B being
 * binomial of n and 1/2. The interval then runs from the k-th smallest to the k-th largest; 0: there is none.
 */
static size_t trimmed(size_t n)
{
    double below = 0;
    for (size_t k = 0;; k++) {
        below += exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) -
                     (double)n * log(2));
        if (!(2 * below <= 1 - COVERAGE))
            return k;
    }
}

void ib_median_interval(const double *samples, size_t n, double *low, double *high)
{
    const size_t k = trimmed(n);
    double *sorted = k ? sorted_copy(samples, n) : NULL;
    *low = sorted ? sorted[k - 1] : NAN;
    *high = sorted ? sorted[n - k] : NAN;
    free(sorted);
}
