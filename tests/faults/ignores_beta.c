#include "fault.h"

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    (void)beta;
    return ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, 0, c);
}

void fault_ignores_beta(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
