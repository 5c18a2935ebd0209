/* Calls of cuBLAS. It is column-major and sees row-major matrices as their transposes: C' = op(B)' op(A)'. */
#include "cuda/cublas/blas.h"

#include <limits.h>

enum ib_status ib_cuda_blas_check(const struct ib_cuda_blas *s, const char *what, cublasStatus_t code)
{
    const struct ib_host *host = s->cuda.launcher.host;
    if (code == CUBLAS_STATUS_SUCCESS)
        return IB_OK;
    (void)cudaGetLastError();
    return host->fail(host, code == CUBLAS_STATUS_ALLOC_FAILED ? IB_ENOMEM : IB_EDEVICE, "%s: %s (%s)", what,
                      cublasGetStatusName(code), cublasGetStatusString(code));
}

/* These calls take sizes as int. */
static enum ib_status check_size(const struct ib_cuda_blas *s, const struct ib_view *m)
{
    const struct ib_host *host = s->cuda.launcher.host;
    if (m->rows <= INT_MAX && m->ld <= INT_MAX)
        return IB_OK;
    return host->fail(host, IB_EUNSUPPORTED, "cuBLAS takes at most %d rows and columns, not %llu x %llu",
                      INT_MAX, (unsigned long long)m->rows, (unsigned long long)m->cols);
}

static cublasOperation_t op(bool transposed)
{
    return transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
}

/* ---- matrix times matrix ---- */

static cublasStatus_t matrices_f32(cublasHandle_t handle, const struct ib_cuda_products *p, int k)
{
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    const struct ib_view *a = &p->a, *b = &p->b, *c = &p->c;
    const int m = (int)c->rows, n = (int)c->cols;
    if (p->batch == 1)
        return cublasSgemm(handle, op(p->transpose_b), op(p->transpose_a), n, m, k, &alpha, b->p, (int)b->ld,
                           a->p, (int)a->ld, &beta, c->p, (int)c->ld);
    return cublasSgemmStridedBatched(handle, op(p->transpose_b), op(p->transpose_a), n, m, k, &alpha, b->p,
                                     (int)b->ld, (long long)p->b_step, a->p, (int)a->ld, (long long)p->a_step,
                                     &beta, c->p, (int)c->ld, (long long)p->c_step, (int)p->batch);
}

static cublasStatus_t matrices_f64(cublasHandle_t handle, const struct ib_cuda_products *p, int k)
{
    const struct ib_view *a = &p->a, *b = &p->b, *c = &p->c;
    const int m = (int)c->rows, n = (int)c->cols;
    if (p->batch == 1)
        return cublasDgemm(handle, op(p->transpose_b), op(p->transpose_a), n, m, k, &p->alpha, b->p,
                           (int)b->ld, a->p, (int)a->ld, &p->beta, c->p, (int)c->ld);
    return cublasDgemmStridedBatched(handle, op(p->transpose_b), op(p->transpose_a), n, m, k, &p->alpha, b->p,
                                     (int)b->ld, (long long)p->b_step, a->p, (int)a->ld, (long long)p->a_step,
                                     &p->beta, c->p, (int)c->ld, (long long)p->c_step, (int)p->batch);
}

/* ---- matrix times column: op(B) is the column x, C the column y ---- */

/* Elements from one element of a column to the next. */
static int step_of(bool transposed, const struct ib_view *column)
{
    return transposed ? 1 : (int)column->ld;
}

static cublasStatus_t columns_f32(cublasHandle_t handle, const struct ib_cuda_products *p)
{
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    const struct ib_view *a = &p->a, *b = &p->b, *c = &p->c;
    const int rows = (int)a->rows, cols = (int)a->cols, x_next = step_of(p->transpose_b, b),
              y_next = (int)c->ld;
    if (p->batch == 1)
        return cublasSgemv(handle, op(!p->transpose_a), cols, rows, &alpha, a->p, (int)a->ld, b->p, x_next,
                           &beta, c->p, y_next);
    return cublasSgemvStridedBatched(handle, op(!p->transpose_a), cols, rows, &alpha, a->p, (int)a->ld,
                                     (long long)p->a_step, b->p, x_next, (long long)p->b_step, &beta, c->p,
                                     y_next, (long long)p->c_step, (int)p->batch);
}

static cublasStatus_t columns_f64(cublasHandle_t handle, const struct ib_cuda_products *p)
{
    const struct ib_view *a = &p->a, *b = &p->b, *c = &p->c;
    const int rows = (int)a->rows, cols = (int)a->cols, x_next = step_of(p->transpose_b, b),
              y_next = (int)c->ld;
    if (p->batch == 1)
        return cublasDgemv(handle, op(!p->transpose_a), cols, rows, &p->alpha, a->p, (int)a->ld, b->p, x_next,
                           &p->beta, c->p, y_next);
    return cublasDgemvStridedBatched(handle, op(!p->transpose_a), cols, rows, &p->alpha, a->p, (int)a->ld,
                                     (long long)p->a_step, b->p, x_next, (long long)p->b_step, &p->beta, c->p,
                                     y_next, (long long)p->c_step, (int)p->batch);
}

enum ib_status ib_cuda_blas_products(struct ib_cuda_blas *s, const struct ib_cuda_products *p)
{
    const bool f32 = p->c.type == IB_F32;
    const int k = (int)(p->transpose_a ? p->a.rows : p->a.cols);
    cublasStatus_t code;
    IB_TRY(check_size(s, &p->a));
    IB_TRY(check_size(s, &p->b));
    IB_TRY(check_size(s, &p->c));
    if (f32 && s->half_format != 0)
        return ib_cuda_blas_halves(s, p);
    if (p->c.cols == 1)
        code = f32 ? columns_f32(s->handle, p) : columns_f64(s->handle, p);
    else
        code = f32 ? matrices_f32(s->handle, p, k) : matrices_f64(s->handle, p, k);
    return ib_cuda_blas_check(s, p->c.cols == 1 ? "cuBLAS gemv" : "cuBLAS gemm", code);
}
