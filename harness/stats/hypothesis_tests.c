#include "stats/hypothesis_tests.h"

#include "stats/binomial.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* ---- the sign test ---- */

double ib_sign_test(const double *samples, size_t n, double limit, double inflation)
{
    size_t above = 0;
    for (size_t i = 0; i < n; i++)
        above += samples[i] > limit;
    const double half = (double)n / 2;
    const double drawn = half + ((double)above - half) / sqrt(inflation);
    return ib_binomial_at_least(n, (size_t)fmin(drawn, (double)above), 0.5); /* few are not made more */
}

/* ---- deviations of either sign ---- */

struct deviation {
    double size;
    bool above;
    size_t weight; /* twice the rank, since the mean rank of ties may be fractional; or the size */
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
            out[kept++] = (struct deviation){.size = fabs(samples[i] - limit), .above = samples[i] > limit};
    return kept;
}

/* The fraction of all assignments of signs whose positive weights sum to `sum` or more; NaN: out of memory.
 */
static double at_least(const struct deviation *d, size_t n, size_t sum)
{
    size_t top = 0, reached = 0;
    for (size_t i = 0; i < n; i++)
        top += d[i].weight;
    double *share = calloc(top + 1, sizeof *share), p = 0; /* share[s]: the fraction that sums to exactly s */
    if (!share)
        return NAN;
    share[0] = 1;
    for (size_t i = 0; i < n; i++) {
        reached += d[i].weight;
        for (size_t s = reached + 1; s-- > 0;)
            share[s] = (share[s] + (s >= d[i].weight ? share[s - d[i].weight] : 0)) / 2;
    }
    for (size_t s = top + 1; s-- > sum;)
        p += share[s];
    free(share);
    return fmin(p, 1);
}

/* Sets the weights of n deviations in ascending order. */
typedef void weigh_fn(struct deviation *, size_t n);

static double test_signs(const double *samples, size_t n, double limit, weigh_fn *weigh)
{
    struct deviation *d = malloc((n ? n : 1) * sizeof *d);
    if (!d)
        return NAN;
    const size_t kept = keep_deviations(samples, n, limit, d);
    size_t sum = 0;
    qsort(d, kept, sizeof *d, by_size);
    weigh(d, kept);
    for (size_t i = 0; i < kept; i++)
        sum += d[i].above ? d[i].weight : 0;
    const double p = at_least(d, kept, sum);
    free(d);
    return p;
}

/* ---- the signed ranks ---- */

static void weigh_by_rank(struct deviation *d, size_t n)
{
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && d[end].size == d[first].size; end++)
            ;
        for (size_t i = first; i < end; i++)
            d[i].weight = first + 1 + end;
    }
}

double ib_signed_rank_test(const double *samples, size_t n, double limit)
{
    return test_signs(samples, n, limit, weigh_by_rank);
}

/* ---- the sign flips ---- */

enum { FLIP_LEVELS = 50 };

/* Sizes in units of a fiftieth of the largest that counts in full. */
static void weigh_by_size(struct deviation *d, size_t n)
{
    const size_t largest = n - n / 10; /* from 1 */
    for (size_t i = 0; i < n; i++)
        d[i].weight = (size_t)lround(FLIP_LEVELS * fmin(d[i].size / d[largest - 1].size, 1));
}

double ib_sign_flip_test(const double *samples, size_t n, double limit)
{
    return test_signs(samples, n, limit, weigh_by_size);
}

/* ---- many tests ---- */

/* Returns the index of the smallest p not yet taken; n if none is left. */
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
