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

double ib_sorted_median(const double *sorted, size_t n)
{
    if (n == 0)
        return NAN;
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static void swap(double *a, double *b)
{
    const double kept = *a;
    *a = *b;
    *b = kept;
}

/* Reorders the values so that the k-th is where sorting would put it, the smaller ones before it (Hoare's
 * selection, by the median of three). A median is asked for far more often than an order. */
static double select_kth(double *values, size_t n, size_t k)
{
    size_t first = 0, last = n - 1;
    while (first < last) {
        const size_t middle = first + (last - first) / 2;
        if (values[middle] < values[first])
            swap(&values[middle], &values[first]);
        if (values[last] < values[first])
            swap(&values[last], &values[first]);
        if (values[last] < values[middle])
            swap(&values[last], &values[middle]);
        const double pivot = values[middle];
        size_t low = first, high = last;
        for (;; low++, high--) {
            while (values[low] < pivot)
                low++;
            while (pivot < values[high])
                high--;
            if (low >= high)
                break;
            swap(&values[low], &values[high]);
        }
        if (k <= high)
            last = high;
        else
            first = high + 1;
    }
    return values[k];
}

static double largest(const double *values, size_t n)
{
    double most = values[0];
    for (size_t i = 1; i < n; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

double ib_median(const double *samples, size_t n)
{
    double *copy = n ? malloc(n * sizeof *copy) : NULL;
    if (!copy)
        return NAN;
    memcpy(copy, samples, n * sizeof *copy);
    const double upper = select_kth(copy, n, n / 2);
    const double median = n % 2 ? upper : (largest(copy, n / 2) + upper) / 2;
    free(copy);
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
