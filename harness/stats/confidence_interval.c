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

static struct ib_interval from_ranks(const double *sorted, size_t n, size_t k)
{
    struct ib_interval out = {ib_sorted_median(sorted, n), NAN, NAN, n};
    if (k) {
        out.low = sorted[k - 1];
        out.high = sorted[n - k];
    }
    return out;
}

struct ib_interval ib_interval(const double *samples, size_t n, double coverage)
{
    double *sorted = ib_sorted_copy(samples, n);
    const struct ib_interval out =
        sorted ? from_ranks(sorted, n, trimmed(n, coverage)) : (struct ib_interval){NAN, NAN, NAN, n};
    free(sorted);
    return out;
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

static double inflation_about(const double *samples, size_t n, double median)
{
    if (n < 2)
        return 1;
    double r = sign_correlation(samples, n, median);
    r += (1 + 3 * r) / (double)n;
    r = fmin(fmax(r, 0), LARGEST_CORRELATION);
    return (1 + r) / (1 - r);
}

double ib_inflation(const double *samples, size_t n)
{
    return inflation_about(samples, n, ib_median(samples, n));
}

/* Widens the ranks about the middle by the inflation of the standard deviation, as far as there are
 * samples. */
static size_t widened(const double *samples, size_t n, double median, size_t k)
{
    const double half = (double)n / 2;
    return k ? (size_t)fmax(half - (half - (double)k) * sqrt(inflation_about(samples, n, median)), 1) : 0;
}

struct ib_interval ib_interval_correlated(const double *samples, size_t n, double coverage)
{
    double *sorted = ib_sorted_copy(samples, n);
    if (!sorted)
        return (struct ib_interval){NAN, NAN, NAN, n};
    const double median = ib_sorted_median(sorted, n);
    const struct ib_interval out = from_ranks(sorted, n, widened(samples, n, median, trimmed(n, coverage)));
    free(sorted);
    return out;
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
