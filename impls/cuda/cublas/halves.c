/* Products of factors in 16 bits, for tensor cores. The factors are copied within the device before each
 * product; sums and C stay in f32. */
#include "cuda/cublas/blas.h"

#include "constants.inc"
#include "queue.h"
#include "shape.h"

/* Tensor cores read rows that begin at multiples of 16 bytes. */
enum { ALIGNED_ELEMENTS = 8 };

/* ---- copies ---- */

/* A factor, or as many of a batch as a piece has, next to each other; and its copy. */
struct half {
    struct ib_view from;
    uint16_t *p;
    uint64_t ld;
};

/* across: the factors of a batch are side by side, not below each other. */
static struct half half_of(const struct ib_view *m, uint64_t batch, bool across)
{
    struct half h = {.from = *m};
    *(across ? &h.from.cols : &h.from.rows) *= batch;
    h.ld = ib_ceil_div(h.from.cols, ALIGNED_ELEMENTS) * ALIGNED_ELEMENTS;
    return h;
}

static uint64_t elements_of(const struct half *h)
{
    return h->from.rows * h->ld;
}

static enum ib_status copy(struct ib_cuda_blas *s, const struct half *h)
{
    const struct ib_view *m = &h->from;
    const struct ib_extent e = ib_extent(m->rows, m->cols, ib_dense(m) && h->ld == m->cols);
    return QUEUE(s, halve, m->type, e.grid, ARG(s->half_format), ARG(m->p), ARG(m->ld), ARG(h->p), ARG(h->ld),
                 ARG(e.rows), ARG(e.cols), ARG(e.width));
}

/* Memory for both copies of a piece, reused by every later one that fits. */
static enum ib_status reserve(struct ib_cuda_blas *s, size_t bytes)
{
    if (bytes <= s->halves_bytes)
        return IB_OK;
    if (s->halves != NULL)
        ib_cuda_mem.free(&s->cuda, s->halves);
    s->halves = NULL;
    s->halves_bytes = 0;
    IB_TRY(ib_cuda_mem.alloc(&s->cuda, bytes, &s->halves));
    s->halves_bytes = bytes;
    return IB_OK;
}

/* ---- products ---- */

/* Units 0 to n-1 of a product: the first n of a batch, or n rows of an A that is not transposed. */
static struct ib_cuda_products units(const struct ib_cuda_products *p, uint64_t n)
{
    struct ib_cuda_products some = *p;
    if (p->batch > 1)
        some.batch = n;
    else if (!p->transpose_a)
        some.a.rows = some.c.rows = n;
    return some;
}

/* Moves to the unit n further on. */
static void skip_units(struct ib_cuda_products *p, bool batch, uint64_t n)
{
    p->a.p = (float *)p->a.p + n * (batch ? p->a_step : p->a.ld);
    p->b.p = (float *)p->b.p + n * (batch ? p->b_step : 0);
    p->c.p = (float *)p->c.p + n * (batch ? p->c_step : p->c.ld);
}

/* A batch of one is an ordinary product. */
static enum ib_status multiply(struct ib_cuda_blas *s, const struct ib_cuda_products *p, const struct half *a,
                               const struct half *b)
{
    const cudaDataType_t type = s->half_format == IBK_BF16 ? CUDA_R_16BF : CUDA_R_16F;
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    const uint64_t k = p->transpose_a ? p->a.rows : p->a.cols;
    const uint64_t a_step = p->a.rows * a->ld, b_step = p->transpose_b ? p->b.cols : p->b.rows * b->ld;
    return ib_cuda_blas_check(
        s, "cuBLAS gemm of 16-bit factors",
        cublasGemmStridedBatchedEx(
            s->handle, p->transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N, p->transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N,
            (int)p->c.cols, (int)p->c.rows, (int)k, &alpha, b->p, type, (int)b->ld, (long long)b_step, a->p,
            type, (int)a->ld, (long long)a_step, &beta, p->c.p, CUDA_R_32F, (int)p->c.ld,
            (long long)p->c_step, (int)p->batch, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT));
}

/* The largest number of units whose copies are small enough; at least one. */
static uint64_t units_per_piece(const struct ib_cuda_blas *s, const struct ib_cuda_products *p,
                                uint64_t count)
{
    const struct ib_cuda_products one = units(p, 1);
    const struct half a = half_of(&one.a, 1, false), b = half_of(&one.b, 1, p->transpose_b);
    const uint64_t unit = elements_of(&a) + (p->batch > 1 ? elements_of(&b) : 0);
    return ib_min(count, ib_max(1, s->piece_elements / unit));
}

enum ib_status ib_cuda_blas_halves(struct ib_cuda_blas *s, const struct ib_cuda_products *p)
{
    const bool batch = p->batch > 1;
    const uint64_t count = batch ? p->batch : p->transpose_a ? 1 : p->a.rows;
    const uint64_t most = units_per_piece(s, p, count);
    struct ib_cuda_products rest = *p;
    for (uint64_t done = 0, n; done < count; done += n) {
        n = ib_min(most, count - done);
        const struct ib_cuda_products piece = units(&rest, n);
        struct half a = half_of(&piece.a, piece.batch, false),
                    b = half_of(&piece.b, piece.batch, piece.transpose_b);
        IB_TRY(reserve(s, (elements_of(&a) + elements_of(&b)) * sizeof *a.p));
        b.p = s->halves;
        a.p = b.p + elements_of(&b);
        if (batch || done == 0)
            IB_TRY(copy(s, &b));
        IB_TRY(copy(s, &a));
        IB_TRY(multiply(s, &piece, &a, &b));
        skip_units(&rest, batch, n);
    }
    return IB_OK;
}
