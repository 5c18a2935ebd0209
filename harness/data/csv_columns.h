/* What each column of comma-separated values is: the target, ignored, or a feature. */
#ifndef IB_DATA_CSV_COLUMNS_H
#define IB_DATA_CSV_COLUMNS_H

#include "data/csv_header.h"

#define IB_CSV_NO_FEATURE SIZE_MAX

struct ib_csv_columns {
    size_t n, target; /* target: a column, from 0 */
    size_t *feature;  /* by column: its feature; IB_CSV_NO_FEATURE: the target, or ignored */
    size_t n_features;
    struct ib_feature *features; /* of a kind that is still unknown */
};

/* Finds the target, by default the last column that is not ignored, and the features. IB_EINVAL, at the first
 * row, for a column that does not exist, an ignored target, or too few columns. */
enum ib_status ib_csv_columns_find(const struct ib_csv_row *first, bool has_header,
                                   const struct ib_dataset_spec *, struct ib_arena *,
                                   struct ib_csv_columns *out);

#endif
