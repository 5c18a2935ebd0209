#include "data/columns.h"

#include <float.h>
#include <math.h>
#include <string.h>

void ib_columns_open(struct ib_arena *arena, uint64_t cols, struct ib_columns *out)
{
    *out = (struct ib_columns){.cols = cols};
    double **const arrays[] = {&out->low,        &out->high,       &out->factor,
                               &out->mean,       &out->squares,    &out->block_low,
                               &out->block_high, &out->block_mean, &out->block_squares};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = ib_arena_alloc(arena, cols * sizeof **arrays[i]);
}

/* ---- a block of rows; row by row, so that the compiler can use vectors over the columns ---- */

static void find_range(struct ib_columns *c, const double *values, uint64_t n)
{
    memcpy(c->block_low, values, c->cols * sizeof *values);
    memcpy(c->block_high, values, c->cols * sizeof *values);
    for (uint64_t r = 1; r < n; r++) {
        const double *row = values + r * c->cols;
        for (uint64_t j = 0; j < c->cols; j++) {
            c->block_low[j] = row[j] < c->block_low[j] ? row[j] : c->block_low[j];
            c->block_high[j] = row[j] > c->block_high[j] ? row[j] : c->block_high[j];
        }
    }
}

/* 2^-e for a column whose largest value is about 2^e, within the range of f64. */
static double factor_for(double low, double high)
{
    enum { MOST = 1000 };
    const double size = fmax(fabs(low), fabs(high));
    const int exponent = size > 0 ? ilogb(size) : -MOST;
    return ldexp(1, exponent > MOST ? -MOST : exponent < -MOST ? MOST : -exponent);
}

/* Adjusts the earlier rows' statistics to a larger range. */
static void widen(struct ib_columns *c)
{
    for (uint64_t j = 0; j < c->cols; j++) {
        const double needed = factor_for(c->block_low[j], c->block_high[j]);
        if (c->rows == 0) {
            c->factor[j] = needed;
            c->low[j] = c->block_low[j];
            c->high[j] = c->block_high[j];
            continue;
        }
        if (needed < c->factor[j]) {
            const double ratio = needed / c->factor[j];
            c->mean[j] *= ratio;
            c->squares[j] *= ratio * ratio;
            c->factor[j] = needed;
        }
        c->low[j] = fmin(c->low[j], c->block_low[j]);
        c->high[j] = fmax(c->high[j], c->block_high[j]);
    }
}

/* In two passes, so that large means lose no precision. */
static void find_moments(struct ib_columns *c, const double *values, uint64_t n)
{
    double *const mean = c->block_mean, *const squares = c->block_squares;
    memset(mean, 0, c->cols * sizeof *mean);
    memset(squares, 0, c->cols * sizeof *squares);
    for (uint64_t r = 0; r < n; r++)
        for (uint64_t j = 0; j < c->cols; j++)
            mean[j] += values[r * c->cols + j] * c->factor[j];
    for (uint64_t j = 0; j < c->cols; j++)
        mean[j] /= (double)n;
    for (uint64_t r = 0; r < n; r++) {
        for (uint64_t j = 0; j < c->cols; j++) {
            const double d = values[r * c->cols + j] * c->factor[j] - mean[j];
            squares[j] += d * d;
        }
    }
}

/* Combines the statistics of the block and of the rows before (Chan, Golub and LeVeque 1979). */
static void merge(struct ib_columns *c, uint64_t n)
{
    const double before = (double)c->rows, share = (double)n / (double)(c->rows + n);
    for (uint64_t j = 0; j < c->cols; j++) {
        const double d = c->block_mean[j] - c->mean[j];
        c->mean[j] += d * share;
        c->squares[j] += c->block_squares[j] + d * d * share * before;
    }
    c->rows += n;
}

void ib_columns_add(struct ib_columns *c, const double *values, uint64_t n)
{
    if (n == 0)
        return;
    find_range(c, values, n);
    widen(c);
    find_moments(c, values, n);
    merge(c, n);
}

const struct ib_columns *ib_columns_of(struct ib_arena *arena, const double *values, uint64_t rows,
                                       uint64_t cols)
{
    const uint64_t at_once = IB_COLUMNS_BLOCK / cols + 1;
    struct ib_columns *out = ib_arena_alloc(arena, sizeof *out);
    ib_columns_open(arena, cols, out);
    for (uint64_t first = 0, n; first < rows; first += n) {
        n = rows - first < at_once ? rows - first : at_once;
        ib_columns_add(out, values + first * cols, n);
    }
    return out;
}

/* ---- results ---- */

bool ib_columns_is_constant(const struct ib_columns *c, uint64_t j)
{
    const double n = (double)c->rows, variance = c->squares[j] / n, rounding = n * c->mean[j] * DBL_EPSILON;
    return c->low[j] == c->high[j] || variance <= n * DBL_EPSILON * variance + rounding * rounding;
}

/* The standard deviation of the values times their factor. */
static double scaled_deviation(const struct ib_columns *c, uint64_t j)
{
    return ib_columns_is_constant(c, j) ? 0 : sqrt(c->squares[j] / (double)c->rows);
}

double ib_columns_mean(const struct ib_columns *c, uint64_t j)
{
    return c->mean[j] / c->factor[j];
}

double ib_columns_deviation(const struct ib_columns *c, uint64_t j)
{
    return scaled_deviation(c, j) / c->factor[j];
}

double ib_columns_standardised(const struct ib_columns *c, uint64_t j, double value)
{
    const double scale = scaled_deviation(c, j);
    return scale > 0 ? (value * c->factor[j] - c->mean[j]) / scale : 0;
}

void ib_columns_standardise(const struct ib_columns *c, double *values, uint64_t n)
{
    double *const scale = c->block_squares; /* free once all rows are added */
    for (uint64_t j = 0; j < c->cols; j++)
        scale[j] = scaled_deviation(c, j);
    for (uint64_t r = 0; r < n; r++) {
        double *row = values + r * c->cols;
        for (uint64_t j = 0; j < c->cols; j++)
            row[j] = scale[j] > 0 ? (row[j] * c->factor[j] - c->mean[j]) / scale[j] : 0;
    }
}
