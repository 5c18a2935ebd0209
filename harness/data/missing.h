/* Missing values, which readers leave as NaN if the description says what to do about them. */
#ifndef IB_DATA_MISSING_H
#define IB_DATA_MISSING_H

#include "data/table.h"

/* With `missing: drop`, removes the rows that lack a value, training and test rows alike. With `missing:
 * mean`, counts the missing values, and IB_EINVAL, at the path, names a row that lacks its target. Either is
 * said among the guesses. */
enum ib_status ib_missing_drop(const struct ib_dataset_spec *, struct ib_arena *, struct ib_table *);

/* The features of training and test rows, after the split. */
struct ib_split_features {
    double *train, *test; /* rows x cols */
    uint64_t rows, test_rows;
};

/* With `missing: mean`, fills in each feature's mean over the training rows that have it, also in test rows,
 * which have no part in the mean. IB_EINVAL, at the path, names a column that no training row has. */
enum ib_status ib_missing_fill(const struct ib_dataset_spec *, const struct ib_table *,
                               const struct ib_split_features *);

#endif
