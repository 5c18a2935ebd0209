#include "expected.h"

#include <math.h>

static long double *at(const struct matrix *m, uint64_t i, uint64_t j)
{
    return &m->at[i * m->cols + j];
}

static uint64_t size(const struct matrix *m)
{
    return m->rows * m->cols;
}

void expected_gemm(const struct check *check, struct matrix *m)
{
    const struct matrix *a = &m[0], *b = &m[1], *c = &m[2];
    const uint64_t k = check->transpose_a ? a->rows : a->cols;
    for (uint64_t i = 0; i < c->rows; i++)
        for (uint64_t j = 0; j < c->cols; j++) {
            long double sum = 0;
            for (uint64_t l = 0; l < k; l++)
                sum += *(check->transpose_a ? at(a, l, i) : at(a, i, l)) *
                       *(check->transpose_b ? at(b, j, l) : at(b, l, j));
            const long double old = check->beta == 0 ? 0 : check->beta * *at(c, i, j);
            *at(c, i, j) = check->alpha * sum + old;
        }
}

void expected_add_row(const struct check *check, struct matrix *m)
{
    (void)check;
    for (uint64_t e = 0; e < size(&m[1]); e++)
        m[1].at[e] += m[0].at[e % m[1].cols];
}

static long double sigmoid(long double x)
{
    return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

void expected_act(const struct check *check, struct matrix *m)
{
    for (uint64_t e = 0; e < size(&m[0]); e++) {
        const long double x = m[0].at[e];
        switch ((enum ib_act)check->kind) {
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

void expected_act_grad(const struct check *check, struct matrix *m)
{
    for (uint64_t e = 0; e < size(&m[0]); e++) {
        const long double y = m[0].at[e];
        switch ((enum ib_act)check->kind) {
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
void expected_loss_grad(const struct check *check, struct matrix *m)
{
    const long double count = (long double)size(&m[0]);
    long double sum = 0;
    for (uint64_t e = 0; e < size(&m[0]); e++) {
        const long double z = m[0].at[e], y = m[1].at[e];
        switch ((enum ib_loss)check->kind) {
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
    if (check->n_operands == 4)
        m[3].at[0] = count == 0 ? 0 : sum / count;
}

void expected_col_sum(const struct check *check, struct matrix *m)
{
    (void)check;
    for (uint64_t j = 0; j < m[0].cols; j++) {
        m[1].at[j] = 0;
        for (uint64_t i = 0; i < m[0].rows; i++)
            m[1].at[j] += *at(&m[0], i, j);
    }
}

void expected_axpy(const struct check *check, struct matrix *m)
{
    for (uint64_t e = 0; e < size(&m[0]); e++)
        m[1].at[e] += check->alpha * m[0].at[e];
}
