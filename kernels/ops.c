/* The table of operations, and the elementwise ones. */
#include "launch.h"

#include "constants.inc"
#include "products.h"
#include "queue.h"
#include "shape.h"
#include "softmax.h"
#include "sums.h"

_Static_assert(IBK_RELU == IB_RELU && IBK_TANH == IB_TANH && IBK_SIGMOID == IB_SIGMOID, "kinds of act");
_Static_assert(IBK_HALF_MSE == IB_HALF_MSE && IBK_MSE == IB_MSE && IBK_BCE == IB_BCE && IBK_CE == IB_CE,
               "kinds of loss");

static enum ib_status add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    if (ib_empty(m))
        return IB_OK;
    const struct ib_extent e = ib_extent(m->rows, m->cols, false);
    return QUEUE(state, add_row, m->type, e.grid, ARG(row->p), ARG(m->p), ARG(m->ld), ARG(e.rows),
                 ARG(e.cols), ARG(e.width));
}

static enum ib_status act(void *state, enum ib_act act_kind, const struct ib_view *m)
{
    if (ib_empty(m))
        return IB_OK;
    const int32_t kind = (int32_t)act_kind;
    const struct ib_extent e = ib_extent(m->rows, m->cols, ib_dense(m));
    return QUEUE(state, act, m->type, e.grid, ARG(kind), ARG(m->p), ARG(m->ld), ARG(e.rows), ARG(e.cols),
                 ARG(e.width));
}

static enum ib_status act_grad(void *state, enum ib_act act_kind, const struct ib_view *y,
                               const struct ib_view *dy)
{
    if (ib_empty(y))
        return IB_OK;
    const int32_t kind = (int32_t)act_kind;
    const struct ib_extent e = ib_extent(y->rows, y->cols, ib_dense(y) && ib_dense(dy));
    return QUEUE(state, act_grad, y->type, e.grid, ARG(kind), ARG(y->p), ARG(y->ld), ARG(dy->p), ARG(dy->ld),
                 ARG(e.rows), ARG(e.cols), ARG(e.width));
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    if (ib_empty(x))
        return IB_OK;
    const struct ib_real weight = ib_real(x->type, alpha);
    const struct ib_extent e = ib_extent(x->rows, x->cols, ib_dense(x) && ib_dense(y));
    return QUEUE(state, axpy, x->type, e.grid, REAL_ARG(weight), ARG(x->p), ARG(x->ld), ARG(y->p), ARG(y->ld),
                 ARG(e.rows), ARG(e.cols), ARG(e.width));
}

const struct ib_tensor_ops ib_kernel_ops = {
    .struct_size = sizeof ib_kernel_ops,
    .gemm = ib_kernel_gemm,
    .add_row = add_row,
    .act = act,
    .act_grad = act_grad,
    .loss_grad = ib_kernel_loss_grad,
    .col_sum = ib_kernel_col_sum,
    .axpy = axpy,
    .softmax = ib_kernel_softmax,
};
