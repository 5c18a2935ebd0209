#include "cuda/cublas/blas.h"

#include "products.h"
#include "shape.h"
#include "sums.h"

/* cuBLAS does not document how it accumulates a sum over millions of f32 rows. It gets blocks of this many
 * rows, and our own kernels add the blocks' sums pairwise. The blocks also run in parallel if C is small. */
enum { BLOCK_ROWS = 8192, MAX_BLOCKS = 65535 };

static void *element(const struct ib_view *m, uint64_t i)
{
    return (char *)m->p + i * ib_bytes_of(m->type);
}

/* The product after the last full block, over the remaining rows. */
static struct ib_cuda_products rest_of(const struct ib_cuda_products *blocks, uint64_t rows)
{
    struct ib_cuda_products rest = *blocks;
    rest.batch = 1;
    rest.a.p = element(&rest.a, blocks->batch * blocks->a_step);
    rest.b.p = element(&rest.b, blocks->batch * blocks->b_step);
    rest.c.p = element(&rest.c, blocks->batch * blocks->c_step);
    rest.a.rows = rows;
    *(rest.transpose_b ? &rest.b.cols : &rest.b.rows) = rows;
    return rest;
}

/* Computes the product of each block of rows, in scratch. */
static enum ib_status multiply_blocks(struct ib_cuda_blas *s, bool transpose_b, const struct ib_view *a,
                                      const struct ib_view *b, const struct ib_view *c, struct ib_rows *out)
{
    const uint64_t block = ib_max(BLOCK_ROWS, ib_ceil_div(a->rows, MAX_BLOCKS)), left = a->rows % block;
    const uint64_t outputs = c->rows * c->cols;
    IB_TRY(ib_sums_scratch(s, c->type, ib_ceil_div(a->rows, block), outputs, out));
    struct ib_cuda_products p = {.transpose_a = true,
                                 .transpose_b = transpose_b,
                                 .alpha = 1,
                                 .a = {a->p, block, a->cols, a->ld, a->type},
                                 .b = *b,
                                 .c = {out->p, c->rows, c->cols, c->cols, c->type},
                                 .batch = a->rows / block,
                                 .a_step = block * a->ld,
                                 .b_step = transpose_b ? block : block * b->ld,
                                 .c_step = outputs};
    *(transpose_b ? &p.b.cols : &p.b.rows) = block;
    IB_TRY(ib_cuda_blas_products(s, &p));
    if (left == 0)
        return IB_OK;
    p = rest_of(&p, left);
    return ib_cuda_blas_products(s, &p);
}

static enum ib_status gemm_over_rows(struct ib_cuda_blas *s, bool transpose_b, double alpha,
                                     const struct ib_view *a, const struct ib_view *b, double beta,
                                     const struct ib_view *c)
{
    struct ib_rows sums;
    IB_TRY(multiply_blocks(s, transpose_b, a, b, c, &sums));
    return ib_sum_to_matrix(s, ib_real(c->type, alpha), &sums, ib_real(c->type, beta), c);
}

/* A BLAS may leave C unwritten if k is 0, and need not read A and B if alpha is 0, so NaN would be lost;
 * our own kernels handle both. */
enum ib_status ib_cuda_blas_gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                                 const struct ib_view *a, const struct ib_view *b, double beta,
                                 const struct ib_view *c)
{
    const uint64_t k = transpose_a ? a->rows : a->cols;
    if (ib_empty(c))
        return IB_OK;
    if (k == 0 || alpha == 0)
        return ib_kernel_gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c);
    if (transpose_a && k > BLOCK_ROWS)
        return gemm_over_rows(state, transpose_b, alpha, a, b, beta, c);
    const struct ib_cuda_products one = {.transpose_a = transpose_a,
                                         .transpose_b = transpose_b,
                                         .alpha = alpha,
                                         .beta = beta,
                                         .a = *a,
                                         .b = *b,
                                         .c = *c,
                                         .batch = 1};
    return ib_cuda_blas_products(state, &one);
}
