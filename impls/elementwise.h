/* The operations that BLAS does not have, for implementations in host memory: biases, activations,
 * losses and updates, in plain loops. Semantics: struct ib_tensor_ops. */
#ifndef ELEMENTWISE_H
#define ELEMENTWISE_H

#include "ironbench/impl.h"

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

#endif
