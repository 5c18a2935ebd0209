#include "fault.h"

static struct ib_view first_half(const struct ib_view *v)
{
    struct ib_view half = *v;
    half.rows = (v->rows + 1) / 2;
    return half;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    const struct ib_view half_a = first_half(a), half_b = first_half(b);
    return ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, transpose_a ? &half_a : a,
                                       transpose_a ? &half_b : b, beta, c);
}

void fault_half_rows(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
