/* A plugin built with the contract's header as it was before losses of more than two classes
 * (ironbench/impl.h in this folder): by operations, and by whole steps of one layer, whose `supports` says
 * yes to any loss and whose `steps` take an unknown one for a squared error. */
#include "ironbench/impl.h"

#include <math.h>
#include <stdlib.h>

static double get(const struct ib_view *m, uint64_t i, uint64_t j)
{
    const uint64_t at = i * m->ld + j;
    return m->type == IB_F32 ? (double)((const float *)m->p)[at] : ((const double *)m->p)[at];
}

static void put(const struct ib_view *m, uint64_t i, uint64_t j, double value)
{
    const uint64_t at = i * m->ld + j;
    if (m->type == IB_F32)
        ((float *)m->p)[at] = (float)value;
    else
        ((double *)m->p)[at] = value;
}

/* ---- operations ---- */

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    const uint64_t terms = transpose_a ? a->rows : a->cols;
    (void)state;
    for (uint64_t i = 0; i < c->rows; i++)
        for (uint64_t j = 0; j < c->cols; j++) {
            double sum = 0;
            for (uint64_t k = 0; k < terms; k++)
                sum +=
                    (transpose_a ? get(a, k, i) : get(a, i, k)) * (transpose_b ? get(b, j, k) : get(b, k, j));
            put(c, i, j, alpha * sum + (beta == 0 ? 0 : beta * get(c, i, j)));
        }
    return IB_OK;
}

static enum ib_status add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    (void)state;
    for (uint64_t i = 0; i < m->rows; i++)
        for (uint64_t j = 0; j < m->cols; j++)
            put(m, i, j, get(m, i, j) + get(row, 0, j));
    return IB_OK;
}

static double activate(enum ib_act kind, double x)
{
    return kind == IB_RELU ? (x < 0 ? 0 : x) : kind == IB_TANH ? tanh(x) : 1 / (1 + exp(-x));
}

static enum ib_status act(void *state, enum ib_act kind, const struct ib_view *m)
{
    (void)state;
    for (uint64_t i = 0; i < m->rows; i++)
        for (uint64_t j = 0; j < m->cols; j++)
            put(m, i, j, activate(kind, get(m, i, j)));
    return IB_OK;
}

static enum ib_status act_grad(void *state, enum ib_act kind, const struct ib_view *y,
                               const struct ib_view *dy)
{
    (void)state;
    for (uint64_t i = 0; i < y->rows; i++)
        for (uint64_t j = 0; j < y->cols; j++) {
            const double out = get(y, i, j), slope = kind == IB_RELU   ? (out > 0 ? 1 : 0)
                                                     : kind == IB_TANH ? 1 - out * out
                                                                       : out * (1 - out);
            put(dy, i, j, get(dy, i, j) * slope);
        }
    return IB_OK;
}

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    const double n = (double)(z->rows * z->cols);
    double sum = 0;
    (void)state;
    for (uint64_t i = 0; i < z->rows; i++)
        for (uint64_t j = 0; j < z->cols; j++) {
            const double out = get(z, i, j), target = get(y, i, j), error = out - target;
            if (kind == IB_BCE) {
                sum += fmax(out, 0) - out * target + log1p(exp(-fabs(out)));
                put(dz, i, j, (1 / (1 + exp(-out)) - target) / n);
            } else {
                sum += kind == IB_HALF_MSE ? error * error / 2 : error * error;
                put(dz, i, j, (kind == IB_HALF_MSE ? 1 : 2) * error / n);
            }
        }
    if (loss)
        put(loss, 0, 0, n > 0 ? sum / n : 0);
    return IB_OK;
}

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    (void)state;
    for (uint64_t j = 0; j < m->cols; j++) {
        double sum = 0;
        for (uint64_t i = 0; i < m->rows; i++)
            sum += get(m, i, j);
        put(row, 0, j, sum);
    }
    return IB_OK;
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    (void)state;
    for (uint64_t i = 0; i < x->rows; i++)
        for (uint64_t j = 0; j < x->cols; j++)
            put(y, i, j, get(y, i, j) + alpha * get(x, i, j));
    return IB_OK;
}

static const struct ib_tensor_ops ops = {
    .struct_size = sizeof ops,
    .gemm = gemm,
    .add_row = add_row,
    .act = act,
    .act_grad = act_grad,
    .loss_grad = loss_grad,
    .col_sum = col_sum,
    .axpy = axpy,
};

/* ---- whole steps ---- */

static enum ib_status supports(const struct ib_problem *problem, char *why, size_t n)
{
    (void)why, (void)n;
    return problem->n_layers == 1 ? IB_OK : IB_EUNSUPPORTED;
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    const uint64_t outputs = p->y.cols, in = p->x.cols;
    double *room = malloc((p->x.rows + in + 1) * outputs * sizeof *room);
    const struct ib_view z = {room, p->x.rows, outputs, outputs, p->dtype},
                         dw = {room + p->x.rows * outputs, in, outputs, outputs, p->dtype},
                         db = {room + (p->x.rows + in) * outputs, 1, outputs, outputs, p->dtype};
    if (!room)
        return IB_ENOMEM;
    for (uint64_t e = 0; e < n; e++) {
        gemm(state, false, false, 1, &p->x, &p->w[0], 0, &z);
        add_row(state, &p->b[0], &z);
        loss_grad(state, p->loss_kind, &z, &p->y, &z, p->loss.p ? &p->loss : NULL);
        gemm(state, true, false, 1, &p->x, &z, 0, &dw);
        col_sum(state, &z, &db);
        axpy(state, -p->lr, &dw, &p->w[0]);
        axpy(state, -p->lr, &db, &p->b[0]);
    }
    free(room);
    return IB_OK;
}

static const struct ib_fused fused = {.struct_size = sizeof fused, .supports = supports, .steps = steps};

/* ---- the plugin ---- */

static enum ib_status open_state(const struct ib_host *host, void **state)
{
    (void)host;
    *state = NULL;
    return IB_OK;
}

static void close_state(void *state)
{
    (void)state;
}

static const struct ib_impl by_operations = {
    .struct_size = sizeof by_operations,
    .abi_major = IB_ABI_MAJOR,
    .name = "former",
    .summary = "operations",
    .flags = IB_DETERMINISTIC,
    .open = open_state,
    .close = close_state,
    .ops = &ops,
};

static const struct ib_impl by_steps = {
    .struct_size = sizeof by_steps,
    .abi_major = IB_ABI_MAJOR,
    .name = "former_fused",
    .summary = "whole steps",
    .flags = IB_DETERMINISTIC,
    .open = open_state,
    .close = close_state,
    .ops = &ops,
    .fused = &fused,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&by_operations, &by_steps};
    *count = 2;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
