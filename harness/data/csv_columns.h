/* What each column of comma-separated values is: a target, ignored, or a feature. */
#ifndef IB_DATA_CSV_COLUMNS_H
#define IB_DATA_CSV_COLUMNS_H

#include "data/csv_header.h"

#define IB_CSV_NONE SIZE_MAX

struct ib_csv_columns {
    size_t n;
    size_t *feature, *target; /* by column: which feature or target it is, from 0; IB_CSV_NONE */
    size_t n_features, n_targets;
    size_t *target_columns;      /* by target: its column, from 0 */
    struct ib_feature *features; /* of a kind that is still unknown */
};

/* Finds the targets, by default the last column that is not ignored, and the features. IB_EINVAL, at the
 * first row, for a column that does not exist, a target that is ignored or given twice, or too few columns.
 */
enum ib_status ib_csv_columns_find(const struct ib_csv_row *first, bool has_header,
                                   const struct ib_dataset_spec *, struct ib_arena *,
                                   struct ib_csv_columns *out);

#endif
