/* Sums over rows: one launch sums chunks of rows, the next sums their results, until one row is left. */
#ifndef IB_SUMS_H
#define IB_SUMS_H

#include "queue.h"

/* Rows of a matrix that begins at element `first` of a buffer. */
struct ib_rows {
    void *p;
    uint64_t first, rows, cols, ld;
};

/* The layout of a kernel that sums chunks of rows: one column of groups per chunk. */
struct ib_chunks {
    uint64_t count; /* > 0 even without rows, as their sum is 0 */
    uint32_t width;
    struct ib_grid grid;
};
struct ib_chunks ib_chunks(uint64_t rows, uint64_t cols);

/* Allocates scratch memory for `count` rows of `cols` sums, which the caller's kernel writes, and for
 * everything that the functions below store after them. Call it once per operation. */
enum ib_status ib_sums_scratch(void *state, enum ib_dtype, uint64_t count, uint64_t cols,
                               struct ib_rows *out);

/* C = alpha * P + beta * C, where P is the sum of rows in scratch, each of them a contiguous matrix. */
enum ib_status ib_sum_to_matrix(void *state, struct ib_real alpha, struct ib_rows *, struct ib_real beta,
                                const struct ib_view *c);

/* out[0..cols) = the sum of rows in scratch. */
enum ib_status ib_sum_to_row(void *state, enum ib_dtype, struct ib_rows *, void *out);

/* `col_sum` and `loss_grad` of the contract. */
enum ib_status ib_kernel_col_sum(void *state, const struct ib_view *m, const struct ib_view *row);
enum ib_status ib_kernel_loss_grad(void *state, enum ib_loss, const struct ib_view *z,
                                   const struct ib_view *y, const struct ib_view *dz,
                                   const struct ib_view *loss);

#endif
