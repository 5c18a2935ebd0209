/* Joined operations of cuda_cublas: a product and what follows it, or several small kernels in one. */
#include "cuda/cublas/blas.h"

#include "constants.inc"
#include "cuda/joined.h"
#include "shape.h"
#include "sums.h"

_Static_assert((int)JOINED_MAX_PAIRS == (int)IB_MAX_PAIRS, "the kernel takes as many pairs as the contract");

/* As in ../launch.c: the runtime identifies a kernel by the address of its symbol. */
#define JOINED(name)                                                                                         \
    void ibk_joined_##name##_f32(void);                                                                      \
    void ibk_joined_##name##_f64(void);                                                                      \
    static const struct ib_cuda_kernel name##_kernel = {"joined_" #name,                                     \
                                                        {ibk_joined_##name##_f32, ibk_joined_##name##_f64}};
#include "cuda/joined.def"
#undef JOINED

static enum ib_status add_bias(struct ib_cuda_blas *s, enum ib_act act, const struct ib_view *row,
                               const struct ib_view *m)
{
    const int32_t kind = (int32_t)act;
    if (act == 0)
        return ib_kernel_ops.add_row(s, row, m);
    const struct ib_extent e = ib_extent(m->rows, m->cols, false);
    return CUDA_LAUNCH(&s->cuda, &bias_act_kernel, m->type, e.grid, ARG(kind), ARG(row->p), ARG(m->p),
                       ARG(m->ld), ARG(e.rows), ARG(e.cols), ARG(e.width));
}

enum ib_status ib_cuda_blas_layer(void *state, enum ib_act act, const struct ib_view *x,
                                  const struct ib_view *w, const struct ib_view *row,
                                  const struct ib_view *out)
{
    struct ib_cuda_blas *s = state;
    if (ib_empty(out))
        return IB_OK;
    if (s->epilogues != NULL && x->cols > 0) {
        const enum ib_status status = ib_cuda_epilogues_layer(s->epilogues, act, x, w, row, out);
        if (status != IB_EUNSUPPORTED)
            return status;
    }
    IB_TRY(ib_cuda_blas_gemm(s, false, false, 1, x, w, 0, out));
    return add_bias(s, act, row, out);
}

enum ib_status ib_cuda_blas_act_grad_sum(void *state, enum ib_act act, const struct ib_view *y,
                                         const struct ib_view *dy, const struct ib_view *row)
{
    struct ib_cuda_blas *s = state;
    const int32_t kind = (int32_t)act;
    const struct ib_chunks chunks = ib_chunks(dy->rows, dy->cols);
    struct ib_rows sums = {.p = row->p};
    if (dy->cols == 0)
        return IB_OK;
    if (chunks.count > 1)
        IB_TRY(ib_sums_scratch(s, dy->type, chunks.count, dy->cols, &sums));
    IB_TRY(CUDA_LAUNCH(&s->cuda, &act_grad_sum_kernel, dy->type, chunks.grid, ARG(kind), ARG(y->p),
                       ARG(y->ld), ARG(dy->p), ARG(dy->ld), ARG(dy->rows), ARG(dy->cols), ARG(chunks.width),
                       ARG(sums.p)));
    return chunks.count > 1 ? ib_sum_to_row(s, dy->type, &sums, row->p) : IB_OK;
}

enum ib_status ib_cuda_blas_axpy_all(void *state, double alpha, uint32_t n, const struct ib_view *x,
                                     const struct ib_view *y)
{
    enum { MAX_GROUPS = 4096 };
    struct ib_cuda_blas *s = state;
    const struct ib_real weight = ib_real(x->type, alpha);
    struct joined_pairs pairs = {0};
    uint64_t most = 0;
    for (uint32_t i = 0; i < n; i++) {
        const bool dense = ib_dense(&x[i]) && ib_dense(&y[i]);
        const uint64_t rows = dense ? 1 : x[i].rows, cols = dense ? x[i].rows * x[i].cols : x[i].cols;
        pairs.at[i] = (struct joined_pair){x[i].p, y[i].p, x[i].ld, y[i].ld, rows, cols};
        most = ib_max(most, cols);
    }
    if (most == 0)
        return IB_OK;
    const uint64_t groups = ib_min(ib_ceil_div(most, JOINED_AXPY_THREADS), MAX_GROUPS);
    const struct ib_grid grid = {{groups, n}, {JOINED_AXPY_THREADS, 1}};
    return CUDA_LAUNCH(&s->cuda, &axpy_all_kernel, x->type, grid, REAL_ARG(weight), ARG(pairs));
}
