/* Statistics of columns, and standardising by them: the mean becomes 0 and the population standard
 * deviation 1. */
#ifndef IB_DATA_COLUMNS_H
#define IB_DATA_COLUMNS_H

#include "base/arena.h"

/* All arrays have one element per column. Mean and squares are of the values times `factor`, a power of two
 * that brings a column's largest value near 1, so that squares neither overflow nor underflow. */
struct ib_columns {
    uint64_t cols, rows;
    double *low, *high;
    double *factor, *mean, *squares; /* squares: sum of squared distances from the mean */
    double *block_low, *block_high, *block_mean, *block_squares;
};

enum { IB_COLUMNS_BLOCK = 1 << 16 }; /* values that are best added at once, so that they stay in the cache */

void ib_columns_open(struct ib_arena *, uint64_t cols, struct ib_columns *out);
/* Adds n rows of finite values (n x cols). */
void ib_columns_add(struct ib_columns *, const double *values, uint64_t n);
/* Opens and adds all rows. */
const struct ib_columns *ib_columns_of(struct ib_arena *, const double *values, uint64_t rows, uint64_t cols);

/* A column is constant if its variance is no larger than rounding makes it, by scikit-learn's rule
 * (sklearn.preprocessing, _is_constant_feature). */
bool ib_columns_is_constant(const struct ib_columns *, uint64_t column);
double ib_columns_mean(const struct ib_columns *, uint64_t column);
/* The population standard deviation; 0 for a constant column. */
double ib_columns_deviation(const struct ib_columns *, uint64_t column);

/* A value in standard deviations from the mean; 0 for a constant column. */
double ib_columns_standardised(const struct ib_columns *, uint64_t column, double value);
/* The same for n rows, in place. */
void ib_columns_standardise(const struct ib_columns *, double *values, uint64_t n);

#endif
