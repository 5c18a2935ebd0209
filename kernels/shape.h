/* Sizes of matrices and grids, for the kernels' host code. */
#ifndef IB_SHAPE_H
#define IB_SHAPE_H

#include "ironbench/impl.h"

static inline uint64_t ib_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t ib_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t ib_ceil_div(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

static inline size_t ib_bytes_of(enum ib_dtype type)
{
    return type == IB_F32 ? sizeof(float) : sizeof(double);
}

static inline bool ib_empty(const struct ib_view *m)
{
    return m->rows == 0 || m->cols == 0;
}

/* True if the rows are contiguous. */
static inline bool ib_dense(const struct ib_view *m)
{
    return m->ld == m->cols || m->rows <= 1;
}

/* The number of columns that a group covers: the power of two, up to `limit`, that leaves the fewest items
 * idle. */
static inline uint32_t ib_width_of(uint64_t cols, uint32_t limit)
{
    uint32_t width = 1;
    while (width < cols && width < limit)
        width *= 2;
    return width;
}

#endif
