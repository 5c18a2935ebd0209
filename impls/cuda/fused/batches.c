#include "cuda/fused/batches.h"

#include "shape.h"

uint64_t ib_cuda_fused_step_rows(const struct ib_problem *p)
{
    return p->batch > 0 ? ib_min(p->batch, p->x.rows) : p->x.rows;
}

bool ib_cuda_fused_has_batches(const struct ib_problem *p)
{
    return ib_cuda_fused_step_rows(p) < p->x.rows;
}

struct ib_cuda_fused_rows ib_cuda_fused_rows_of(const struct ib_problem *p, uint64_t step)
{
    if (!ib_cuda_fused_has_batches(p))
        return (struct ib_cuda_fused_rows){0, p->x.rows};
    const uint64_t each = ib_ceil_div(p->x.rows, p->batch), orders = p->order.cols / p->x.rows;
    const uint64_t epoch = (p->first_step + step) / each, first = (p->first_step + step) % each * p->batch;
    return (struct ib_cuda_fused_rows){epoch % orders * p->x.rows + first, p->x.rows - first};
}

struct ib_cuda_fused_losses ib_cuda_fused_losses_of(const struct ib_problem *p, uint64_t n)
{
    if (!ib_cuda_fused_has_batches(p))
        return (struct ib_cuda_fused_losses){n - 1, p->x.rows};
    const uint64_t each = ib_ceil_div(p->x.rows, p->batch), of_epoch = (p->first_step + n - 1) % each;
    const uint64_t from = of_epoch < n ? n - 1 - of_epoch : 0;
    const uint64_t behind = ib_cuda_fused_rows_of(p, n - 1).left;
    return (struct ib_cuda_fused_losses){from, ib_cuda_fused_rows_of(p, from).left - behind +
                                                   ib_min(p->batch, behind)};
}
