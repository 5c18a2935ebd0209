#include "fault.h"

#include <string.h>

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    const size_t element = c->type == IB_F32 ? sizeof(float) : sizeof(double);
    IB_TRY(ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c));
    for (uint64_t i = 0; i < c->rows; i++)
        memset((char *)c->p + i * c->ld * element, 0, c->cols * element);
    return IB_OK;
}

void fault_zeroed_output(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
