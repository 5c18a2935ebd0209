/* The operations that no BLAS has, for implementations in host memory: biases, activations and losses, in
 * plain loops. Their meaning is that of struct ib_tensor_ops. */
#ifndef ELEMENTWISE_H
#define ELEMENTWISE_H

#include "ironbench/impl.h"

#include <tgmath.h>

/* How loops run over a matrix. Rows that lie one behind another are joined to one: the usual output has one
 * column, and would otherwise be as many loops of length 1 as it has rows. */
struct extent {
    uint64_t rows, cols;
};

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

#endif
