#include "fault.h"

#include <stdlib.h>

/* beta * C where beta is 0: right as long as nothing in C is a NaN. */
static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    struct ib_view before = {calloc(c->rows * c->cols + 1, sizeof(double)), c->rows, c->cols, c->cols,
                             c->type};
    if (before.p == NULL)
        return IB_ENOMEM;
    for (uint64_t i = 0; i < c->rows; i++)
        for (uint64_t j = 0; j < c->cols; j++)
            fault_set(&before, i, j, beta * fault_get(c, i, j));
    enum ib_status status = ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, 0, c);
    if (status == IB_OK)
        status = ib_impl_cpu_naive.ops->axpy(state, 1, &before, c);
    free(before.p);
    return status;
}

void fault_reads_c(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
