/* Right on purpose: the control. Whole steps, op by op, with work space of their own. */
#include "fault.h"

#include <stdlib.h>

/* Of one call: h[l] is the output of layer l; its gradient d[l] has the same shape, and is h[l] in the last
 * layer. */
struct work {
    struct ib_view h[IB_MAX_LAYERS], d[IB_MAX_LAYERS], dw, db;
};

static void matrix_open(struct ib_view *m, uint64_t rows, uint64_t cols, enum ib_dtype type)
{
    *m = (struct ib_view){calloc(rows * cols + 1, sizeof(double)), rows, cols, cols, type};
}

static void work_close(struct work *w)
{
    for (uint32_t l = 0; l < IB_MAX_LAYERS; l++) {
        if (w->d[l].p != w->h[l].p)
            free(w->d[l].p);
        free(w->h[l].p);
    }
    free(w->dw.p);
    free(w->db.p);
}

static bool work_open(const struct ib_problem *p, struct work *w)
{
    const uint32_t last = p->n_layers - 1;
    uint64_t widest = p->x.cols;
    bool complete = true;
    for (uint32_t l = 0; l <= last; l++) {
        const uint64_t width = p->w[l].cols;
        matrix_open(&w->h[l], p->x.rows, width, p->dtype);
        if (l < last)
            matrix_open(&w->d[l], p->x.rows, width, p->dtype);
        else
            w->d[l] = w->h[l];
        complete = complete && w->h[l].p != NULL && w->d[l].p != NULL;
        widest = width > widest ? width : widest;
    }
    matrix_open(&w->dw, widest, widest, p->dtype);
    matrix_open(&w->db, 1, widest, p->dtype);
    return complete && w->dw.p != NULL && w->db.p != NULL;
}

static enum ib_status forward(void *state, const struct ib_problem *p, struct work *w)
{
    const struct ib_tensor_ops *ops = ib_impl_cpu_naive.ops;
    for (uint32_t l = 0; l < p->n_layers; l++) {
        IB_TRY(ops->gemm(state, false, false, 1, l == 0 ? &p->x : &w->h[l - 1], &p->w[l], 0, &w->h[l]));
        IB_TRY(ops->add_row(state, &p->b[l], &w->h[l]));
        if (l + 1 < p->n_layers)
            IB_TRY(ops->act(state, p->act, &w->h[l]));
    }
    return IB_OK;
}

/* The update of a layer, after its gradient has been handed on through the weights as they were. */
static enum ib_status backward(void *state, const struct ib_problem *p, struct work *w, uint32_t l)
{
    const struct ib_tensor_ops *ops = ib_impl_cpu_naive.ops;
    struct ib_view dw = w->dw, db = w->db;
    dw.rows = p->w[l].rows;
    dw.cols = dw.ld = db.cols = db.ld = p->w[l].cols;
    IB_TRY(ops->gemm(state, true, false, 1, l == 0 ? &p->x : &w->h[l - 1], &w->d[l], 0, &dw));
    IB_TRY(ops->col_sum(state, &w->d[l], &db));
    if (l > 0) {
        IB_TRY(ops->gemm(state, false, true, 1, &w->d[l], &p->w[l], 0, &w->d[l - 1]));
        IB_TRY(ops->act_grad(state, p->act, &w->h[l - 1], &w->d[l - 1]));
    }
    IB_TRY(ops->axpy(state, -p->lr, &dw, &p->w[l]));
    return ops->axpy(state, -p->lr, &db, &p->b[l]);
}

static enum ib_status step(void *state, const struct ib_problem *p, struct work *w)
{
    const uint32_t last = p->n_layers - 1;
    const struct ib_view *loss = p->loss.p != NULL ? &p->loss : NULL;
    IB_TRY(forward(state, p, w));
    IB_TRY(ib_impl_cpu_naive.ops->loss_grad(state, p->loss_kind, &w->h[last], &p->y, &w->d[last], loss));
    for (uint32_t l = p->n_layers; l-- > 0;)
        IB_TRY(backward(state, p, w, l));
    return IB_OK;
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    struct work w = {0};
    enum ib_status status = work_open(p, &w) ? IB_OK : IB_ENOMEM;
    for (uint64_t e = 0; e < n && status == IB_OK; e++)
        status = step(state, p, &w);
    work_close(&w);
    return status;
}

static enum ib_status supports(const struct ib_problem *p, char *why, size_t n)
{
    (void)p;
    (void)why;
    (void)n;
    return IB_OK;
}

void fault_add_steps(struct fault *fault)
{
    fault->fused =
        (struct ib_fused){.struct_size = sizeof fault->fused, .supports = supports, .steps = steps};
    fault->impl.fused = &fault->fused;
}

void fault_none(struct fault *fault)
{
    fault_add_steps(fault);
}
