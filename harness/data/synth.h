/* Data made up row by row: `dataset.h` says what it is like. Every row has a generator of its own, so that
 * any stretch of rows can be made without those before it. */
#ifndef IB_DATA_SYNTH_H
#define IB_DATA_SYNTH_H

#include "data/dataset.h"

/* Fills in all of *out but its name: what the data is like is known without making a row of it. */
enum ib_status ib_synth_describe(const struct ib_dataset_spec *, struct ib_dataset *out);

/* n rows from row `first` on; test rows follow those for training. `x` is n x cols, `y` is
 * n x outputs. */
void ib_synth_rows(const struct ib_synth *, uint64_t first, uint64_t n, double *x, double *y);

#endif
