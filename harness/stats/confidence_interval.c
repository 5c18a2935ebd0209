#include "stats/confidence_interval.h"

#include "stats/binomial.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>

#define LARGEST_CORRELATION 0.95

/* Returns k such that the interval runs from the k-th smallest to the k-th largest sample; 0 if there is
 * none. */
static size_t trimmed(size_t n, double coverage)
{
    return ib_binomial_trim(n, (1 - coverage) / 2);
}

static struct ib_interval from_ranks(const double *samples, size_t n, size_t k)
{
    struct ib_interval out = {ib_median(samples, n), NAN, NAN, n};
    double *sorted = k ? ib_sorted_copy(samples, n) : NULL;
    if (sorted) {
        out.low = sorted[k - 1];
        out.high = sorted[n - k];
    }
    free(sorted);
    return out;
}

struct ib_interval ib_interval(const double *samples, size_t n, double coverage)
{
    return from_ranks(samples, n, trimmed(n, coverage));
}

void ib_median_interval(const double *samples, size_t n, double *low, double *high)
{
    struct ib_interval interval = ib_interval(samples, n, 0.95);
    *low = interval.low;
    *high = interval.high;
}

static int sign(double x)
{
    return (x > 0) - (x < 0);
}

/* The fraction of neighbours on the same side of the median minus the fraction on different sides. */
static double sign_correlation(const double *samples, size_t n, double median)
{
    int products = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        int s = sign(samples[i] - median);
        squares += s * s;
        if (i + 1 < n)
            products += s * sign(samples[i + 1] - median);
    }
    return squares ? (double)products / squares : 0;
}

double ib_inflation(const double *samples, size_t n)
{
    if (n < 2)
        return 1;
    double r = sign_correlation(samples, n, ib_median(samples, n));
    r += (1 + 3 * r) / (double)n;
    r = fmin(fmax(r, 0), LARGEST_CORRELATION);
    return (1 + r) / (1 - r);
}

/* Widens the ranks about the middle by the inflation of the standard deviation, as far as there are
 * samples. */
struct ib_interval ib_interval_correlated(const double *samples, size_t n, double coverage)
{
    const size_t k = trimmed(n, coverage);
    const double half = (double)n / 2;
    double widened = half - (half - (double)k) * sqrt(ib_inflation(samples, n));
    return from_ranks(samples, n, k ? (size_t)fmax(widened, 1) : 0);
}

struct ib_interval ib_interval_difference(const struct ib_interval *left, const struct ib_interval *right)
{
    const double median = right->median - left->median;
    return (struct ib_interval){
        .median = median,
        .low = median - hypot(right->median - right->low, left->high - left->median),
        .high = median + hypot(right->high - right->median, left->median - left->low),
        .n = left->n < right->n ? left->n : right->n,
    };
}
