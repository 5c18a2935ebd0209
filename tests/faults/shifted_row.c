#include "fault.h"

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    IB_TRY(ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c));
    for (uint64_t i = c->rows; !transpose_a && i-- > 1;)
        for (uint64_t j = 0; j < c->cols; j++)
            fault_set(c, i, j, fault_get(c, i - 1, j));
    return IB_OK;
}

void fault_shifted_row(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
