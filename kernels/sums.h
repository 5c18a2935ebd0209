/* Sums over rows: chunks of rows in one launch, the chunks' sums in the next, until one row is left. */
#ifndef IB_SUMS_H
#define IB_SUMS_H

#include "queue.h"

/* Rows that begin at element `first` of a buffer. */
struct ib_rows {
    void *p;
    uint64_t first, rows, cols, ld;
};

/* How a kernel that sums chunks of rows runs: a column of groups a chunk. */
struct ib_chunks {
    uint64_t count; /* > 0 also where there are no rows, for the sum is 0 then */
    uint32_t width;
    struct ib_grid grid;
};
struct ib_chunks ib_chunks(uint64_t rows, uint64_t cols);

/* Scratch for `count` rows of `cols` sums, which the kernel at hand is to write, and all that ib_sum_to_row
 * and ib_sum_in_scratch put behind them. Once an operation. */
enum ib_status ib_sums_scratch(void *state, enum ib_dtype, uint64_t count, uint64_t cols,
                               struct ib_rows *out);

/* out[0..cols) = the sum of rows in scratch. */
enum ib_status ib_sum_to_row(void *state, enum ib_dtype, struct ib_rows *, void *out);

/* The same, but their sum stays in scratch: afterwards it is the only row. */
enum ib_status ib_sum_in_scratch(void *state, enum ib_dtype, struct ib_rows *);

/* Operations of the contract. */
enum ib_status ib_kernel_col_sum(void *state, const struct ib_view *m, const struct ib_view *row);
enum ib_status ib_kernel_loss_grad(void *state, enum ib_loss, const struct ib_view *z,
                                   const struct ib_view *y, const struct ib_view *dz,
                                   const struct ib_view *loss);

#endif
