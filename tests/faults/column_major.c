#include "fault.h"

/* Like a BLAS in its default order: the same memory, column by column. */
static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    struct ib_view by_column = *b;
    if (!transpose_b && b->ld == b->cols) {
        by_column.rows = b->cols;
        by_column.cols = by_column.ld = b->rows;
        transpose_b = true;
    }
    return ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, &by_column, beta, c);
}

void fault_column_major(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
