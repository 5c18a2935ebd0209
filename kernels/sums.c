#include "sums.h"

#include "constants.inc"
#include "shape.h"
#include "softmax.h"

/* Maximum number of columns per group: a row of them fills a cache line. */
enum { MAX_WIDTH = 32 };

struct ib_chunks ib_chunks(uint64_t rows, uint64_t cols)
{
    struct ib_chunks c = {.width = ib_width_of(cols, MAX_WIDTH)};
    c.count = ib_max(1, ib_ceil_div(rows, IBK_SUM_TERMS * (IBK_SUM_ITEMS / c.width)));
    c.grid = (struct ib_grid){{c.count * ib_ceil_div(cols, c.width), 1}, {IBK_SUM_ITEMS, 1}};
    return c;
}

/* Each level of sums is stored after the previous one. */
enum ib_status ib_sums_scratch(void *state, enum ib_dtype type, uint64_t count, uint64_t cols,
                               struct ib_rows *out)
{
    const struct ib_launcher *launcher = state;
    uint64_t rows = count;
    for (uint64_t level = count; level > 1; rows += level)
        level = ib_chunks(level, cols).count;
    *out = (struct ib_rows){.rows = count, .cols = cols, .ld = cols};
    return launcher->scratch(state, rows * cols * ib_bytes_of(type), &out->p);
}

/* Writes the sums of the chunks of m to `out`, from element `first`. */
static enum ib_status sum_chunks(void *state, enum ib_dtype type, const struct ib_rows *m, void *out,
                                 uint64_t first)
{
    const struct ib_chunks chunks = ib_chunks(m->rows, m->cols);
    return QUEUE(state, sum_rows, type, chunks.grid, ARG(m->p), ARG(m->first), ARG(m->ld), ARG(m->rows),
                 ARG(m->cols), ARG(chunks.width), ARG(out), ARG(first));
}

/* Reduces rows in scratch to fewer rows after them, in one launch. */
static enum ib_status sum_level(void *state, enum ib_dtype type, struct ib_rows *m)
{
    const struct ib_rows next = {m->p, m->first + m->rows * m->cols, ib_chunks(m->rows, m->cols).count,
                                 m->cols, m->cols};
    IB_TRY(sum_chunks(state, type, m, next.p, next.first));
    *m = next;
    return IB_OK;
}

enum ib_status ib_sum_to_row(void *state, enum ib_dtype type, struct ib_rows *m, void *out)
{
    while (ib_chunks(m->rows, m->cols).count > 1)
        IB_TRY(sum_level(state, type, m));
    return sum_chunks(state, type, m, out, 0);
}

/* Few rows are added where they are combined with C: a launch of groups that sum them would take longer. */
enum ib_status ib_sum_to_matrix(void *state, struct ib_real alpha, struct ib_rows *m, struct ib_real beta,
                                const struct ib_view *c)
{
    const struct ib_extent e = ib_extent(c->rows, c->cols, ib_dense(c));
    while (m->rows > IBK_SUM_TERMS)
        IB_TRY(sum_level(state, c->type, m));
    const uint32_t count = (uint32_t)m->rows;
    return QUEUE(state, combine, c->type, e.grid, REAL_ARG(alpha), ARG(m->p), ARG(m->first), ARG(count),
                 REAL_ARG(beta), ARG(c->p), ARG(c->ld), ARG(e.rows), ARG(e.cols), ARG(e.width));
}

enum ib_status ib_kernel_col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    const struct ib_rows all = {m->p, 0, m->rows, m->cols, m->ld};
    const struct ib_chunks chunks = ib_chunks(m->rows, m->cols);
    struct ib_rows sums;
    if (m->cols == 0)
        return IB_OK;
    if (chunks.count == 1)
        return sum_chunks(state, m->type, &all, row->p, 0);
    IB_TRY(ib_sums_scratch(state, m->type, chunks.count, m->cols, &sums));
    IB_TRY(sum_chunks(state, m->type, &all, sums.p, 0));
    return ib_sum_to_row(state, m->type, &sums, row->p);
}

/* Computes the loss. A sum over no elements is 0, whatever the scale. */
static enum ib_status sum_loss(void *state, int32_t kind, const struct ib_view *z, const struct ib_view *y,
                               const struct ib_view *loss)
{
    const bool joined = ib_dense(z) && ib_dense(y);
    const double count = (double)z->rows * (double)z->cols;
    const struct ib_real scale = ib_real(z->type, count == 0 ? 0 : (kind == IB_HALF_MSE ? 0.5 : 1) / count);
    const uint64_t rows = joined ? z->rows * z->cols : z->rows, cols = joined ? 1 : z->cols,
                   z_ld = joined ? 1 : z->ld, y_ld = joined ? 1 : y->ld;
    const struct ib_chunks chunks = ib_chunks(rows, cols);
    const struct ib_grid grid = {{chunks.count, 1}, {IBK_SUM_ITEMS, 1}};
    struct ib_rows sums = {.p = loss->p};
    if (chunks.count > 1)
        IB_TRY(ib_sums_scratch(state, z->type, chunks.count, 1, &sums));
    IB_TRY(QUEUE(state, loss_sum, z->type, grid, ARG(kind), REAL_ARG(scale), ARG(z->p), ARG(z_ld), ARG(y->p),
                 ARG(y_ld), ARG(rows), ARG(cols), ARG(chunks.width), ARG(sums.p)));
    return chunks.count > 1 ? ib_sum_to_row(state, z->type, &sums, loss->p) : IB_OK;
}

/* The loss comes before the gradient, which may overwrite z. */
enum ib_status ib_kernel_loss_grad(void *state, enum ib_loss loss_kind, const struct ib_view *z,
                                   const struct ib_view *y, const struct ib_view *dz,
                                   const struct ib_view *loss)
{
    const int32_t kind = (int32_t)loss_kind;
    if (loss_kind == IB_CE && !ib_empty(z))
        return ib_kernel_cross_entropy(state, z, y, dz, loss);
    if (loss != NULL)
        IB_TRY(sum_loss(state, kind, z, y, loss));
    if (ib_empty(z))
        return IB_OK;
    const double count = (double)z->rows * (double)z->cols;
    const struct ib_real scale = ib_real(z->type, (kind == IB_MSE ? 2 : 1) / count);
    const struct ib_extent e = ib_extent(z->rows, z->cols, ib_dense(z) && ib_dense(y) && ib_dense(dz));
    return QUEUE(state, loss_grad, z->type, e.grid, ARG(kind), REAL_ARG(scale), ARG(z->p), ARG(z->ld),
                 ARG(y->p), ARG(y->ld), ARG(dz->p), ARG(dz->ld), ARG(e.rows), ARG(e.cols), ARG(e.width));
}
