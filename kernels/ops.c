/* The table of operations, and the elementwise ones. */
#include "launch.h"

#include "constants.inc"
#include "products.h"
#include "queue.h"
#include "shape.h"
#include "softmax.h"
#include "sums.h"

#include <math.h>

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

static enum ib_status momentum_step(void *state, double lr, double momentum, const struct ib_view *g,
                                    const struct ib_view *p, const struct ib_view *v)
{
    if (ib_empty(p))
        return IB_OK;
    const struct ib_real rate = ib_real(p->type, lr), kept = ib_real(p->type, momentum);
    const struct ib_extent e = ib_extent(p->rows, p->cols, ib_dense(g) && ib_dense(p) && ib_dense(v));
    return QUEUE(state, momentum_step, p->type, e.grid, REAL_ARG(rate), REAL_ARG(kept), ARG(g->p), ARG(g->ld),
                 ARG(p->p), ARG(p->ld), ARG(v->p), ARG(v->ld), ARG(e.rows), ARG(e.cols), ARG(e.width));
}

static enum ib_status gather_rows(void *state, uint64_t first, const struct ib_view *a,
                                  const struct ib_view *index, const struct ib_view *b)
{
    if (ib_empty(b))
        return IB_OK;
    const struct ib_extent e = ib_extent(b->rows, b->cols, false);
    return QUEUE(state, gather_rows, b->type, e.grid, ARG(a->p), ARG(a->ld), ARG(index->p), ARG(first),
                 ARG(b->p), ARG(b->ld), ARG(e.rows), ARG(e.cols), ARG(e.width));
}

/* A beta of Adam, what is added of a new term, and the logarithm, from which the kernel computes powers: all
 * that is not accurate in f32 is computed here. */
struct decay {
    struct ib_real kept, added, log;
};

static struct decay decay_of(enum ib_dtype type, double beta)
{
    return (struct decay){ib_real(type, beta), ib_real(type, 1 - beta), ib_real(type, log(beta))};
}

static enum ib_status adam_step(void *state, double lr, double beta1, double beta2, double epsilon,
                                const struct ib_view *g, const struct ib_view *p, const struct ib_view *m,
                                const struct ib_view *v, const struct ib_view *t)
{
    if (ib_empty(p))
        return IB_OK;
    const struct ib_real rate = ib_real(p->type, lr), least = ib_real(p->type, epsilon);
    const struct decay first = decay_of(p->type, beta1), second = decay_of(p->type, beta2);
    const bool joined = ib_dense(g) && ib_dense(p) && ib_dense(m) && ib_dense(v);
    const struct ib_extent e = ib_extent(p->rows, p->cols, joined);
    return QUEUE(state, adam_step, p->type, e.grid, REAL_ARG(rate), REAL_ARG(first.kept),
                 REAL_ARG(first.added), REAL_ARG(first.log), REAL_ARG(second.kept), REAL_ARG(second.added),
                 REAL_ARG(second.log), REAL_ARG(least), ARG(g->p), ARG(g->ld), ARG(p->p), ARG(p->ld),
                 ARG(m->p), ARG(m->ld), ARG(v->p), ARG(v->ld), ARG(t->p), ARG(e.rows), ARG(e.cols),
                 ARG(e.width));
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
    .momentum_step = momentum_step,
    .adam_step = adam_step,
    .gather_rows = gather_rows,
};
