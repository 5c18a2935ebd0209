/* Arrays of numbers as a table: features, with the target in one of their columns or in an array of its own.
 */
#ifndef IB_DATA_ARRAYS_H
#define IB_DATA_ARRAYS_H

#include "base/npy_input.h"
#include "data/table.h"

/* Reads rows x columns of features and, if y is not NULL, one target per row. IB_EINVAL, at the array's path,
 * for other shapes, a target that does not exist, or a value that is not finite. */
enum ib_status ib_arrays_read(const struct ib_dataset_spec *, const struct ib_npy_input *x,
                              const struct ib_npy_input *y, struct ib_arena *, struct ib_table *out);

#endif
