/* The operations of linear and logistic regression on a device, from the template that scripts/new-impl.sh
 * --plugin
 * --device writes. The device is simulated by this processor; its memory is wrong.c or mended.c. IB_SIMULATED
 * would say so, but then it would neither be ranked nor its speed gated, and here it stands for a real one.
 */
#include "gpu.h"

#include <math.h>
#include <stdlib.h>

static double get(const struct ib_view *m, uint64_t i, uint64_t j)
{
    uint64_t at = i * m->ld + j;
    return m->type == IB_F32 ? (double)((const float *)m->p)[at] : ((const double *)m->p)[at];
}

static void put(const struct ib_view *m, uint64_t i, uint64_t j, double value)
{
    uint64_t at = i * m->ld + j;
    if (m->type == IB_F32)
        ((float *)m->p)[at] = (float)value;
    else
        ((double *)m->p)[at] = value;
}

/* C (m x n) = alpha * op(A) (m x k) op(B) (k x n) + beta * C. If beta == 0, C must not be read. */
static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    (void)state;
    const uint64_t k = transpose_a ? a->rows : a->cols;
    for (uint64_t i = 0; i < c->rows; i++)
        for (uint64_t j = 0; j < c->cols; j++) {
            double sum = 0;
            for (uint64_t l = 0; l < k; l++)
                sum +=
                    (transpose_a ? get(a, l, i) : get(a, i, l)) * (transpose_b ? get(b, j, l) : get(b, l, j));
            put(c, i, j, alpha * sum + (beta == 0 ? 0 : beta * get(c, i, j)));
        }
    return IB_OK;
}

/* M (m x n) += row (1 x n). */
static enum ib_status add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    (void)state;
    for (uint64_t i = 0; i < m->rows; i++)
        for (uint64_t j = 0; j < m->cols; j++)
            put(m, i, j, get(m, i, j) + get(row, 0, j));
    return IB_OK;
}

/* dZ = dL/dZ; also writes the loss unless it is NULL. */
static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    (void)state;
    const double n = (double)(z->rows * z->cols);
    double sum = 0;
    for (uint64_t i = 0; i < z->rows; i++)
        for (uint64_t j = 0; j < z->cols; j++) {
            double out = get(z, i, j), target = get(y, i, j), error = out - target;
            if (kind == IB_BCE) {
                sum += fmax(out, 0) - out * target + log1p(exp(-fabs(out)));
                put(dz, i, j, (1 / (1 + exp(-out)) - target) / n);
            } else {
                sum += kind == IB_MSE ? error * error : error * error / 2;
                put(dz, i, j, (kind == IB_MSE ? 2 : 1) * error / n);
            }
        }
    if (loss)
        put(loss, 0, 0, n > 0 ? sum / n : 0);
    return IB_OK;
}

/* row (1 x n) = sum of the rows of M (m x n). */
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

/* Y += alpha * X. */
static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    for (uint64_t i = 0; i < x->rows; i++)
        for (uint64_t j = 0; j < x->cols; j++)
            put(y, i, j, get(y, i, j) + alpha * get(x, i, j));
#ifdef WATCH /* a copy that only the driver sees */
    if (y->type == IB_F64 && y->rows > 0 && y->cols > 0)
        return memory.d2h(state, &((struct state *)state)->watched, y->p, sizeof(double));
#endif
    (void)state;
    return IB_OK;
}

static enum ib_status open_state(const struct ib_host *host, void **out)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    state->host = host;
    *out = state;
    return IB_OK;
}

static void close_state(void *state)
{
    free(((struct state *)state)->staging);
    free(state);
}

static void count_copies(void *state, struct ib_copies *out)
{
    const struct ib_copies *mine = &((struct state *)state)->copies;
    out->h2d_count = mine->h2d_count;
    out->h2d_bytes = mine->h2d_bytes;
    out->d2h_count = mine->d2h_count;
    out->d2h_bytes = mine->d2h_bytes;
}

/* The operations that are not here are not supported, nor are the models that need them. */
static const struct ib_tensor_ops ops = {
    .struct_size = sizeof ops,
    .gemm = gemm,
    .add_row = add_row,
    .loss_grad = loss_grad,
    .col_sum = col_sum,
    .axpy = axpy,
};

static const struct ib_impl impl = {
    .struct_size = sizeof impl,
    .abi_major = IB_ABI_MAJOR,
    .name = "gpu",
    .summary = "plain loops on a simulated device whose copies take 10 microseconds and more",
    .flags = IB_DETERMINISTIC,
    .open = open_state,
    .close = close_state,
    .mem = &memory,
    .ops = &ops,
    .copies = count_copies,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&impl};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
