#include "softmax.h"

#include "constants.inc"
#include "queue.h"
#include "shape.h"
#include "sums.h"

enum ib_status ib_kernel_softmax(void *state, const struct ib_view *m)
{
    if (ib_empty(m))
        return IB_OK;
    const struct ib_extent e = ib_row_extent(m->rows, m->cols);
    return QUEUE(state, softmax, m->type, e.grid, ARG(m->p), ARG(m->ld), ARG(e.rows), ARG(e.cols),
                 ARG(e.width));
}

/* The losses of all rows, and then their mean. */
static enum ib_status mean_loss(void *state, const struct ib_view *z, const struct ib_view *y,
                                const struct ib_view *loss)
{
    const struct ib_extent e = ib_row_extent(z->rows, z->cols);
    const struct ib_real mean = ib_real(z->type, 1 / (double)z->rows), zero = ib_real(z->type, 0);
    struct ib_rows losses;
    IB_TRY(ib_sums_scratch(state, z->type, z->rows, 1, &losses));
    IB_TRY(QUEUE(state, cross_entropy, z->type, e.grid, ARG(z->p), ARG(z->ld), ARG(y->p), ARG(y->ld),
                 ARG(e.rows), ARG(e.cols), ARG(e.width), ARG(losses.p)));
    return ib_sum_to_matrix(state, mean, &losses, zero, loss);
}

/* The loss comes before the gradient, which may overwrite z. */
enum ib_status ib_kernel_cross_entropy(void *state, const struct ib_view *z, const struct ib_view *y,
                                       const struct ib_view *dz, const struct ib_view *loss)
{
    if (loss != NULL)
        IB_TRY(mean_loss(state, z, y, loss));
    const struct ib_extent e = ib_row_extent(z->rows, z->cols);
    const struct ib_real scale = ib_real(z->type, 1 / (double)z->rows);
    return QUEUE(state, softmax_grad, z->type, e.grid, REAL_ARG(scale), ARG(z->p), ARG(z->ld), ARG(y->p),
                 ARG(y->ld), ARG(dz->p), ARG(dz->ld), ARG(e.rows), ARG(e.cols), ARG(e.width));
}
