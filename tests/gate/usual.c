#include "usual.h"

#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>

#define Z95 1.959964 /* of the normal distribution: 5 %, two-sided */

/* ---- a band about the old median ---- */

static bool median_5(const double *old, const double *new, size_t n)
{
    return ib_median(new, n) > 1.05 * ib_median(old, n);
}

static bool median_10(const double *old, const double *new, size_t n)
{
    return ib_median(new, n) > 1.10 * ib_median(old, n);
}

/* ---- Welch's t ---- */

static void moments(const double *x, size_t n, double *mean, double *variance_of_mean)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - *mean) * (x[i] - *mean);
    *variance_of_mean = squares / (double)(n - 1) / (double)n;
}

/* Quantile of Student's t for 95 %, two-sided (Cornish and Fisher's expansion: within 1 % from 5 degrees on).
 */
static double t95(double freedom)
{
    const double z = Z95, z3 = z * z * z, z5 = z3 * z * z;
    return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom);
}

/* The difference of the means and half of its interval. */
static double welch(const double *old, const double *new, size_t n, double *half)
{
    double a, b, va, vb;
    moments(old, n, &a, &va);
    moments(new, n, &b, &vb);
    double freedom = (va + vb) * (va + vb) / ((va * va + vb * vb) / (double)(n - 1));
    *half = t95(freedom) * sqrt(va + vb);
    return b - a;
}

static bool t_test(const double *old, const double *new, size_t n)
{
    double half;
    return welch(old, new, n, &half) > half;
}

/* criterion.rs calls a change a regression when a t test at 5 % rejects and the 95 % interval of the relative
 * change of the means lies above its noise threshold of 1 %. It bootstraps both; here they are Welch's. */
static bool criterion(const double *old, const double *new, size_t n)
{
    double half, mean, unused, change = welch(old, new, n, &half);
    moments(old, n, &mean, &unused);
    return change > half && (change - half) / mean > 0.01;
}

/* ---- Mann and Whitney; compare.py of google/benchmark: the same at 5 %, from 9 repetitions on ---- */

static bool u_test(const double *old, const double *new, size_t n)
{
    double u = 0;
    const double m = (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            u += new[i] > old[j] ? 1 : new[i] == old[j] ? 0.5 : 0;
    double z = (u - m * m / 2 - 0.5) / sqrt(m * m * (2 * m + 1) / 12);
    return z > Z95;
}

const struct usual usual_rules[] = {
    {"median beyond 5 %", median_5}, {"median beyond 10 %", median_10},
    {"Welch's t, 0.05", t_test},     {"Mann-Whitney, 0.05; google/benchmark", u_test},
    {"criterion.rs", criterion},     {NULL, NULL},
};
