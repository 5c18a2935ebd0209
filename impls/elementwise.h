/* The operations that BLAS does not have, for implementations in host memory: biases, activations,
 * losses and updates, in plain loops. Semantics: struct ib_tensor_ops. */
#ifndef ELEMENTWISE_H
#define ELEMENTWISE_H

#include "ironbench/impl.h"

#include <string.h>
#include <tgmath.h>

/* An implementation that wants its loops built for several processors, the best of which is chosen when it is
 * loaded, sets this to the attribute that does so. */
#ifndef ELEMENTWISE
#define ELEMENTWISE
#endif

/* The bounds of loops over a matrix. Contiguous rows are joined to one: a typical output has one column,
 * which would otherwise mean one loop of length 1 per row. */
struct extent {
    uint64_t rows, cols;
};

/* Sums and maxima along a row are split into this many, which become vectors. */
enum { ROW_LANES = 16 };

static inline bool dense(const struct ib_view *m)
{
    return m->ld == m->cols;
}

static inline struct extent extent(const struct ib_view *m, bool joined)
{
    return joined ? (struct extent){1, m->rows * m->cols} : (struct extent){m->rows, m->cols};
}

#define TYPED_TEXT "elementwise.inc"
#include "typed.h"

/* ---- as operations of the contract, which need no state ---- */

static enum ib_status elementwise_add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    (void)state;
    return BY_TYPE(m, add_row, row, m);
}

static enum ib_status elementwise_act(void *state, enum ib_act kind, const struct ib_view *m)
{
    (void)state;
    return BY_TYPE(m, act, kind, m);
}

static enum ib_status elementwise_act_grad(void *state, enum ib_act kind, const struct ib_view *y,
                                           const struct ib_view *dy)
{
    (void)state;
    return BY_TYPE(dy, act_grad, kind, y, dy);
}

static enum ib_status elementwise_loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                            const struct ib_view *y, const struct ib_view *dz,
                                            const struct ib_view *loss)
{
    (void)state;
    return BY_TYPE(dz, loss_grad, kind, z, y, dz, loss);
}

static enum ib_status elementwise_softmax(void *state, const struct ib_view *m)
{
    (void)state;
    return BY_TYPE(m, softmax, m);
}

static enum ib_status elementwise_momentum_step(void *state, double lr, double momentum,
                                                const struct ib_view *g, const struct ib_view *p,
                                                const struct ib_view *v)
{
    (void)state;
    return BY_TYPE(p, momentum_step, lr, momentum, g, p, v);
}

static enum ib_status elementwise_adam_step(void *state, double lr, double beta1, double beta2,
                                            double epsilon, const struct ib_view *g, const struct ib_view *p,
                                            const struct ib_view *m, const struct ib_view *v,
                                            const struct ib_view *t)
{
    (void)state;
    return BY_TYPE(p, adam_step, lr, beta1, beta2, epsilon, g, p, m, v, t);
}

static enum ib_status elementwise_gather_rows(void *state, uint64_t first, const struct ib_view *a,
                                              const struct ib_view *index, const struct ib_view *b)
{
    const uint32_t *row = (const uint32_t *)index->p + first;
    const size_t element = b->type == IB_F32 ? sizeof(float) : sizeof(double);
    const size_t bytes = b->cols * element, from_bytes = a->ld * element, to_bytes = b->ld * element;
    const char *from = a->p;
    char *to = b->p;
    (void)state;
    for (uint64_t i = 0; i < b->rows; i++)
        memcpy(to + i * to_bytes, from + row[i] * from_bytes, bytes);
    return IB_OK;
}

#endif
