#include "products.h"

#include "constants.inc"
#include "queue.h"
#include "shape.h"
#include "sums.h"

_Static_assert(IBK_TILE_ITEMS *IBK_TILE_SHARE == IBK_TILE, "the items of a group make its tile");
_Static_assert(IBK_TILE == 64 && IBK_TILE_ITEMS == 16, "line_of and depth_of rely on it");

/* C = alpha * op(A) op(B) + beta * C: op(A) m x k, op(B) k x n. Element (i, l) of op(A) is at i * a_row + l
 * * a_col; B likewise. */
struct product {
    enum ib_dtype type;
    struct ib_real alpha, beta;
    void *a, *b;
    uint64_t a_row, a_col, b_row, b_col;
    const struct ib_view *c;
    uint64_t m, n, k;
    bool bare; /* alpha is 1, beta is 0, C is contiguous: sums can be stored directly */
};

/* With few outputs and many terms, each item sums its own products. */
enum { FEW_OUTPUTS = 64, MANY_TERMS = 64 };

/* Sums of at most this many terms do not use tiles. */
enum { FEW_TERMS = 32 };

/* A tiled sum is split into chunks until there are ENOUGH_TILES tiles. Chunks shorter than MIN_CHUNK cost
 * more than they gain; longer than MAX_CHUNK they would lose precision in f32. */
enum { ENOUGH_TILES = 256, MIN_CHUNK = 256, MAX_CHUNK = 16384 };

static enum ib_status sum_products(void *state, const struct product *p)
{
    const struct ib_chunks chunks = ib_chunks(p->k, p->m * p->n);
    const bool at_once = chunks.count == 1 && p->bare;
    struct ib_rows sums = {.p = p->c->p};
    if (!at_once)
        IB_TRY(ib_sums_scratch(state, p->type, chunks.count, p->m * p->n, &sums));
    IB_TRY(QUEUE(state, sum_products, p->type, chunks.grid, ARG(p->a), ARG(p->a_col), ARG(p->a_row),
                 ARG(p->b), ARG(p->b_row), ARG(p->b_col), ARG(p->k), ARG(p->m), ARG(p->n), ARG(chunks.width),
                 ARG(sums.p)));
    return at_once ? IB_OK : ib_sum_to_matrix(state, p->alpha, &sums, p->beta, p->c);
}

static enum ib_status gemv(void *state, const struct product *p)
{
    const struct ib_grid grid = {{ib_ceil_div(p->m, IBK_GEMV_ITEMS / IBK_GEMV_LANES), 1},
                                 {IBK_GEMV_ITEMS, 1}};
    return QUEUE(state, gemv, p->type, grid, REAL_ARG(p->alpha), ARG(p->a), ARG(p->a_row), ARG(p->b),
                 ARG(p->b_row), REAL_ARG(p->beta), ARG(p->c->p), ARG(p->c->ld), ARG(p->m), ARG(p->k));
}

static enum ib_status short_sums(void *state, const struct product *p)
{
    const struct ib_extent e = ib_extent(p->m, p->n, false);
    return QUEUE(state, gemm_short, p->type, e.grid, REAL_ARG(p->alpha), ARG(p->a), ARG(p->a_row),
                 ARG(p->a_col), ARG(p->b), ARG(p->b_row), ARG(p->b_col), REAL_ARG(p->beta), ARG(p->c->p),
                 ARG(p->c->ld), ARG(p->m), ARG(p->n), ARG(p->k), ARG(e.width));
}

/* The length of a chunk of the sum, a multiple of a tile's. */
static uint64_t chunk_of(const struct product *p, uint64_t tiles)
{
    const uint64_t depth = IBK_TILE_BYTES / ib_bytes_of(p->type);
    const uint64_t to_fill = ib_min(ib_ceil_div(p->k, MIN_CHUNK), ENOUGH_TILES / tiles);
    const uint64_t chunks = ib_max(1, ib_max(to_fill, ib_ceil_div(p->k, MAX_CHUNK)));
    return ib_max(1, ib_ceil_div(ib_ceil_div(p->k, chunks), depth)) * depth;
}

static enum ib_status tiled(void *state, const struct product *p)
{
    const uint64_t tiles = ib_ceil_div(p->m, IBK_TILE) * ib_ceil_div(p->n, IBK_TILE);
    const uint64_t chunk = chunk_of(p, tiles), chunks = ib_max(1, ib_ceil_div(p->k, chunk));
    const struct ib_grid grid = {{tiles, chunks}, {IBK_TILE_ITEMS, IBK_TILE_ITEMS}};
    const bool at_once = chunks == 1;
    const struct ib_real alpha = at_once ? p->alpha : ib_real(p->type, 1),
                         beta = at_once ? p->beta : ib_real(p->type, 0);
    const uint64_t ldc = at_once ? p->c->ld : p->n;
    struct ib_rows sums = {.p = p->c->p};
    if (!at_once)
        IB_TRY(ib_sums_scratch(state, p->type, chunks, p->m * p->n, &sums));
    IB_TRY(QUEUE(state, gemm, p->type, grid, REAL_ARG(alpha), ARG(p->a), ARG(p->a_row), ARG(p->a_col),
                 ARG(p->b), ARG(p->b_row), ARG(p->b_col), REAL_ARG(beta), ARG(sums.p), ARG(ldc), ARG(p->m),
                 ARG(p->n), ARG(p->k), ARG(chunk)));
    return at_once ? IB_OK : ib_sum_to_matrix(state, p->alpha, &sums, p->beta, p->c);
}

/* The choice of kernel depends only on the shape. */
enum ib_status ib_kernel_gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                              const struct ib_view *a, const struct ib_view *b, double beta,
                              const struct ib_view *c)
{
    const struct product p = {
        .type = c->type,
        .alpha = ib_real(c->type, alpha),
        .beta = ib_real(c->type, beta),
        .a = a->p,
        .b = b->p,
        .a_row = transpose_a ? 1 : a->ld,
        .a_col = transpose_a ? a->ld : 1,
        .b_row = transpose_b ? 1 : b->ld,
        .b_col = transpose_b ? b->ld : 1,
        .c = c,
        .m = c->rows,
        .n = c->cols,
        .k = transpose_a ? a->rows : a->cols,
        .bare = alpha == 1 && beta == 0 && ib_dense(c),
    };
    if (ib_empty(c))
        return IB_OK;
    if (p.k > MANY_TERMS && (p.m * p.n <= FEW_OUTPUTS || (transpose_a && p.n == 1)))
        return sum_products(state, &p);
    if (p.n == 1 && !transpose_a)
        return gemv(state, &p);
    if (p.k <= FEW_TERMS)
        return short_sums(state, &p);
    return tiled(state, &p);
}
