#include "stats/hypothesis_tests.h"

#include "stats/binomial.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* ---- the sign test ---- */

double ib_sign_test(const double *samples, size_t n, double limit, double inflation)
{
    size_t above = 0;
    for (size_t i = 0; i < n; i++)
        above += samples[i] > limit;
    const double half = (double)n / 2;
    if (!((double)above > half))
        return ib_binomial_at_least(n, above, 0.5);
    double drawn = half + ((double)above - half) / sqrt(inflation);
    return ib_binomial_at_least(n, (size_t)floor(drawn), 0.5);
}

/* ---- the signed ranks ---- */

struct deviation {
    double size;
    bool above;
    size_t rank; /* its weight: twice the rank, since the mean rank of ties may be fractional; or its size */
};

static int by_size(const void *a, const void *b)
{
    const double x = ((const struct deviation *)a)->size, y = ((const struct deviation *)b)->size;
    return (x > y) - (x < y);
}

static size_t keep_deviations(const double *samples, size_t n, double limit, struct deviation *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (samples[i] != limit)
            out[kept++] = (struct deviation){fabs(samples[i] - limit), samples[i] > limit, 0};
    return kept;
}

static void rank(struct deviation *d, size_t n)
{
    qsort(d, n, sizeof *d, by_size);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && d[end].size == d[first].size; end++)
            ;
        for (size_t i = first; i < end; i++)
            d[i].rank = first + 1 + end;
    }
}

/* The fraction of all assignments of signs whose positive ranks sum to `sum` or more. share[s] is set to
 * the fraction that sum to exactly s. */
static double at_least(const struct deviation *d, size_t n, size_t sum, double *share)
{
    size_t top = 0;
    double p = 0;
    share[0] = 1;
    for (size_t i = 0; i < n; i++) {
        top += d[i].rank;
        for (size_t s = top + 1; s-- > 0;)
            share[s] = (share[s] + (s >= d[i].rank ? share[s - d[i].rank] : 0)) / 2;
    }
    for (size_t s = top + 1; s-- > sum;)
        p += share[s];
    return fmin(p, 1);
}

double ib_signed_rank_test(const double *samples, size_t n, double limit)
{
    struct deviation *d = malloc((n + 1) * sizeof *d);
    double *share = calloc(n * (n + 1) + 1, sizeof *share), p = NAN;
    if (d && share) {
        size_t kept = keep_deviations(samples, n, limit, d), sum = 0;
        rank(d, kept);
        for (size_t i = 0; i < kept; i++)
            sum += d[i].above ? d[i].rank : 0;
        p = at_least(d, kept, sum, share);
    }
    free(share);
    free(d);
    return p;
}

/* ---- the sign flips ---- */

enum { FLIP_LEVELS = 50 };

/* Replaces the ranks by sizes, in units of a fiftieth of the largest that counts in full. */
static void measure_sizes(struct deviation *d, size_t n)
{
    const double most = n ? d[n - 1 - n / 10].size : 0;
    for (size_t i = 0; i < n; i++)
        d[i].rank = (size_t)lround(FLIP_LEVELS * fmin(d[i].size / most, 1));
}

double ib_sign_flip_test(const double *samples, size_t n, double limit)
{
    struct deviation *d = malloc((n + 1) * sizeof *d);
    double *share = calloc(n * FLIP_LEVELS + 1, sizeof *share), p = NAN;
    if (d && share) {
        size_t kept = keep_deviations(samples, n, limit, d), sum = 0;
        qsort(d, kept, sizeof *d, by_size);
        measure_sizes(d, kept);
        for (size_t i = 0; i < kept; i++)
            sum += d[i].above ? d[i].rank : 0;
        p = at_least(d, kept, sum, share);
    }
    free(share);
    free(d);
    return p;
}

/* ---- many tests ---- */

/* Returns the index of the smallest p not yet taken, the first of equals; n if none is left. */
static size_t next_smallest(const double *p, size_t n, const bool *taken)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++)
        if (!taken[i] && !isnan(p[i]) && (best == n || p[i] < p[best]))
            best = i;
    return best;
}

void ib_holm(double *p, size_t n)
{
    bool *taken = calloc(n + 1, sizeof *taken);
    size_t tested = 0;
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        tested += isnan(p[i]) ? 0 : 1;
    for (size_t i; (i = taken ? next_smallest(p, n, taken) : n) < n; tested--) {
        taken[i] = true;
        largest = fmin(1, fmax(largest, (double)tested * p[i]));
        p[i] = largest;
    }
    for (size_t i = 0; !taken && i < n; i++)
        p[i] = 1; /* out of memory: report nothing as significant */
    free(taken);
}
