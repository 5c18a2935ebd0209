#include "opcheck/op_reference.h"

#include <math.h>

static long double *at(const struct ib_expected *m, uint64_t i, uint64_t j)
{
    return &m->at[i * m->cols + j];
}

static uint64_t size(const struct ib_expected *m)
{
    return m->rows * m->cols;
}

void ib_op_reference_gemm(const struct ib_op_test *trial, struct ib_expected *m)
{
    const struct ib_expected *a = &m[0], *b = &m[1], *c = &m[2];
    const uint64_t k = trial->transpose_a ? a->rows : a->cols;
    for (uint64_t i = 0; i < c->rows; i++)
        for (uint64_t j = 0; j < c->cols; j++) {
            long double sum = 0;
            for (uint64_t l = 0; l < k; l++)
                sum += *(trial->transpose_a ? at(a, l, i) : at(a, i, l)) *
                       *(trial->transpose_b ? at(b, j, l) : at(b, l, j));
            const long double old = trial->beta == 0 ? 0 : trial->beta * *at(c, i, j);
            *at(c, i, j) = trial->alpha * sum + old;
        }
}

void ib_op_reference_add_row(const struct ib_op_test *trial, struct ib_expected *m)
{
    (void)trial;
    for (uint64_t e = 0; e < size(&m[1]); e++)
        m[1].at[e] += m[0].at[e % m[1].cols];
}

static long double sigmoid(long double x)
{
    return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

void ib_op_reference_act(const struct ib_op_test *trial, struct ib_expected *m)
{
    for (uint64_t e = 0; e < size(&m[0]); e++) {
        const long double x = m[0].at[e];
        switch ((enum ib_act)trial->kind) {
        case IB_RELU:
            m[0].at[e] = x < 0 ? 0 : x;
            break;
        case IB_TANH:
            m[0].at[e] = tanhl(x);
            break;
        case IB_SIGMOID:
            m[0].at[e] = sigmoid(x);
            break;
        }
    }
}

void ib_op_reference_act_grad(const struct ib_op_test *trial, struct ib_expected *m)
{
    for (uint64_t e = 0; e < size(&m[0]); e++) {
        const long double y = m[0].at[e];
        switch ((enum ib_act)trial->kind) {
        case IB_RELU:
            m[1].at[e] *= y > 0 ? 1 : 0;
            break;
        case IB_TANH:
            m[1].at[e] *= 1 - y * y;
            break;
        case IB_SIGMOID:
            m[1].at[e] *= y * (1 - y);
            break;
        }
    }
}

/* dZ may share Z's memory, so each element is read before it is written. */
void ib_op_reference_loss_grad(const struct ib_op_test *trial, struct ib_expected *m)
{
    const long double count = (long double)size(&m[0]);
    long double sum = 0;
    for (uint64_t e = 0; e < size(&m[0]); e++) {
        const long double z = m[0].at[e], y = m[1].at[e];
        switch ((enum ib_loss)trial->kind) {
        case IB_HALF_MSE:
            sum += (z - y) * (z - y) / 2;
            m[2].at[e] = (z - y) / count;
            break;
        case IB_MSE:
            sum += (z - y) * (z - y);
            m[2].at[e] = 2 * (z - y) / count;
            break;
        case IB_BCE: /* -y log s(z) - (1 - y) log s(-z) */
            sum += y * log1pl(expl(-z)) + (1 - y) * log1pl(expl(z));
            m[2].at[e] = (sigmoid(z) - y) / count;
            break;
        }
    }
    if (trial->n_operands == 4)
        m[3].at[0] = count == 0 ? 0 : sum / count;
}

void ib_op_reference_col_sum(const struct ib_op_test *trial, struct ib_expected *m)
{
    (void)trial;
    for (uint64_t j = 0; j < m[0].cols; j++) {
        m[1].at[j] = 0;
        for (uint64_t i = 0; i < m[0].rows; i++)
            m[1].at[j] += *at(&m[0], i, j);
    }
}

void ib_op_reference_axpy(const struct ib_op_test *trial, struct ib_expected *m)
{
    for (uint64_t e = 0; e < size(&m[0]); e++)
        m[1].at[e] += trial->alpha * m[0].at[e];
}
