/* Arrays of numbers as a table: features, with the targets in some of their columns or in an array of their
 * own. */
#ifndef IB_DATA_ARRAYS_H
#define IB_DATA_ARRAYS_H

#include "base/npy_input.h"
#include "data/table.h"

/* Reads rows x columns of features and, if y is not NULL, rows x targets. IB_EINVAL, at the array's path,
 * for other shapes, a target that does not exist, or a value that is not finite. */
enum ib_status ib_arrays_read(const struct ib_dataset_spec *, const struct ib_npy_input *x,
                              const struct ib_npy_input *y, struct ib_arena *, struct ib_table *out);

#endif
