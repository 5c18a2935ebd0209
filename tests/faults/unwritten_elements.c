#include "fault.h"

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    struct ib_view rows_of_a = *a, rows_of_c = *c;
    if (!transpose_a && c->rows > 1) {
        rows_of_a.rows--;
        rows_of_c.rows--;
    }
    return ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, &rows_of_a, b, beta,
                                       &rows_of_c);
}

void fault_unwritten_elements(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
