/* The rows of mini-batches. Of a problem without them, every step takes all rows. */
#ifndef IB_CUDA_FUSED_BATCHES_H
#define IB_CUDA_FUSED_BATCHES_H

#include "ironbench/impl.h"

/* The rows of a step; the last of an epoch may have fewer. */
uint64_t ib_cuda_fused_step_rows(const struct ib_problem *);
bool ib_cuda_fused_has_batches(const struct ib_problem *);

/* Where the rows of a step begin in `order`; its epoch has `left` from there on. */
struct ib_cuda_fused_rows {
    uint64_t at, left;
};
/* step: from 0, of those of a call of `steps`. */
struct ib_cuda_fused_rows ib_cuda_fused_rows_of(const struct ib_problem *, uint64_t step);

/* The steps of a call whose mean loss is wanted: from `from` to the last, which have so many rows. */
struct ib_cuda_fused_losses {
    uint64_t from, rows;
};
/* n > 0: the steps of the call. */
struct ib_cuda_fused_losses ib_cuda_fused_losses_of(const struct ib_problem *, uint64_t n);

#endif
