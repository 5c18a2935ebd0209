#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double *ib_sorted_copy(const double *samples, size_t n)
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
    double *sorted = ib_sorted_copy(samples, n);
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

double ib_trimmed_mean(const double *samples, size_t n, double share)
{
    const size_t cut = (size_t)(share * (double)n), kept = n - 2 * cut;
    double *sorted = ib_sorted_copy(samples, n), sum = 0;
    for (size_t i = cut; sorted && i < n - cut; i++)
        sum += sorted[i];
    free(sorted);
    return sorted ? sum / (double)kept : NAN; /* 0 / 0 if none is left */
}

double ib_deviation(const double *samples, size_t n)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += samples[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (samples[i] - mean) * (samples[i] - mean);
    return n < 2 ? NAN : sqrt(squares / (double)(n - 1));
}
