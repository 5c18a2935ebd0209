#include "fault.h"

#include <stdlib.h>

/* The newest product; another one of the same shape comes one call late. */
static struct {
    uint64_t rows, cols;
    double *at;
} kept;

static void swap(const struct ib_view *c)
{
    for (uint64_t i = 0; i < c->rows; i++)
        for (uint64_t j = 0; j < c->cols; j++) {
            const double newest = fault_get(c, i, j);
            fault_set(c, i, j, kept.at[i * c->cols + j]);
            kept.at[i * c->cols + j] = newest;
        }
}

static enum ib_status keep(const struct ib_view *c)
{
    double *room = realloc(kept.at, (c->rows * c->cols + 1) * sizeof *room);
    if (room == NULL)
        return IB_ENOMEM;
    kept.rows = c->rows;
    kept.cols = c->cols;
    kept.at = room;
    for (uint64_t i = 0; i < c->rows; i++)
        for (uint64_t j = 0; j < c->cols; j++)
            kept.at[i * c->cols + j] = fault_get(c, i, j);
    return IB_OK;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    IB_TRY(ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c));
    if (kept.rows != c->rows || kept.cols != c->cols)
        return keep(c);
    swap(c);
    return IB_OK;
}

void fault_stale_result(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
