/* Whether a data set's numbers fit their types: squares of targets, of errors and of standardised features
 * must neither overflow nor underflow. */
#ifndef IB_DATA_NUMBER_RANGE_H
#define IB_DATA_NUMBER_RANGE_H

#include "data/columns.h"
#include "data/table.h"

struct ib_range_columns {
    const struct ib_columns *x, *y, *x_test, *y_test;
};

/* IB_EINVAL, at the path, names a column that f64 cannot hold, or a target that is constant up to rounding.
 */
enum ib_status ib_range_check(const char *path, const struct ib_table *, const struct ib_range_columns *,
                              struct ib_arena *);

/* Say why a type cannot hold the features after standardising, or the target in its own units; NULL: it can.
 */
const char *ib_range_refuse_features(const struct ib_table *, const struct ib_range_columns *, enum ib_dtype,
                                     struct ib_arena *);
const char *ib_range_refuse_target(const struct ib_table *, const struct ib_range_columns *, enum ib_dtype,
                                   struct ib_arena *);

#endif
