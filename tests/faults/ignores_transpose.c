#include "fault.h"

/* The same memory, taken for a matrix of the other shape. */
static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    struct ib_view as_if = *b;
    if (transpose_b && b->ld == b->cols) {
        as_if.rows = b->cols;
        as_if.cols = as_if.ld = b->rows;
        transpose_b = false;
    }
    return ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, &as_if, beta, c);
}

void fault_ignores_transpose(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
