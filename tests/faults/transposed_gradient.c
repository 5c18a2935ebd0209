#include "fault.h"

#include <stdlib.h>
#include <string.h>

/* Lays a matrix without gaps out column by column in the same memory. A single row or column stays as it is,
 * so this shows in networks whose layers have more than one input and output. */
static enum ib_status lay_out_by_column(const struct ib_view *c)
{
    const size_t element = c->type == IB_F32 ? sizeof(float) : sizeof(double);
    char *by_row = malloc(c->rows * c->cols * element + 1), *to = c->p;
    if (by_row == NULL)
        return IB_ENOMEM;
    memcpy(by_row, c->p, c->rows * c->cols * element);
    for (uint64_t i = 0; i < c->rows; i++)
        for (uint64_t j = 0; j < c->cols; j++)
            memcpy(to + (j * c->rows + i) * element, by_row + (i * c->cols + j) * element, element);
    free(by_row);
    return IB_OK;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    IB_TRY(ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c));
    return transpose_a && c->ld == c->cols ? lay_out_by_column(c) : IB_OK;
}

void fault_transposed_gradient(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
