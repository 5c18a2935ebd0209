/* Matrices in the memory of the implementation under test, with guard zones around them and between their
 * rows. */
#ifndef IB_OPCHECK_GUARDED_BUFFER_H
#define IB_OPCHECK_GUARDED_BUFFER_H

#include "plugin/loader.h"

#include <string.h>

/* The byte that fills guard zones. Read-only operands use NaN, so that an out-of-bounds read poisons the
 * result; written ones use a small negative number, which no operation preserves. */
enum ib_guard { IB_GUARD_NAN = 0xff, IB_GUARD_NUMBER = 0x9a };

struct ib_guarded {
    const struct ib_instance *owner;
    enum ib_dtype type;
    uint64_t rows, cols, ld;
    size_t front, count;   /* elements before the matrix; elements in all */
    unsigned char *before; /* the bytes before an operation */
    unsigned char *after;  /* the bytes after it; in host memory, also the buffer that it works on */
    void *device;          /* NULL in host memory */
};

/* Allocates a matrix. All bytes, including the cells, are set to the guard. */
enum ib_status ib_guarded_open(const struct ib_instance *owner, enum ib_dtype, uint64_t rows, uint64_t cols,
                               uint64_t ld, enum ib_guard, struct ib_guarded *out);
void ib_guarded_close(struct ib_guarded *);

/* The offset in bytes of a cell. Inline, as are the functions below: tests read and write millions of them.
 */
static inline size_t ib_guarded_offset(const struct ib_guarded *a, uint64_t i, uint64_t j)
{
    return (a->front + i * a->ld + j) * ib_dtype_bytes(a->type);
}

static inline double ib_guarded_value(const struct ib_guarded *a, const unsigned char *at)
{
    float f32;
    double f64;
    uint32_t u32;
    if (a->type == IB_F32)
        return memcpy(&f32, at, sizeof f32), f32;
    if (a->type == IB_U32)
        return memcpy(&u32, at, sizeof u32), u32;
    return memcpy(&f64, at, sizeof f64), f64;
}

/* Sets a cell in `before`. */
static inline void ib_guarded_set(struct ib_guarded *a, uint64_t i, uint64_t j, double value)
{
    const float f32 = (float)value;
    unsigned char *at = a->before + ib_guarded_offset(a, i, j);
    if (a->type == IB_F32) {
        memcpy(at, &f32, sizeof f32);
    } else if (a->type == IB_U32) {
        const uint32_t u32 = (uint32_t)value;
        memcpy(at, &u32, sizeof u32);
    } else {
        memcpy(at, &value, sizeof value);
    }
}

/* Returns a cell of `before`: the value that was set, rounded to the type. */
static inline double ib_guarded_start(const struct ib_guarded *a, uint64_t i, uint64_t j)
{
    return ib_guarded_value(a, a->before + ib_guarded_offset(a, i, j));
}

/* Returns a cell of `after`. */
static inline double ib_guarded_get(const struct ib_guarded *a, uint64_t i, uint64_t j)
{
    return ib_guarded_value(a, a->after + ib_guarded_offset(a, i, j));
}

/* Uploads `before` to the implementation, and downloads `after` from it. */
enum ib_status ib_guarded_upload(struct ib_guarded *);
enum ib_status ib_guarded_download(struct ib_guarded *);

struct ib_view ib_guarded_view(const struct ib_guarded *);

size_t ib_guarded_bytes(const struct ib_guarded *);

/* Return true if no byte has changed: of one cell; at all; outside the cells. */
bool ib_guarded_cell_untouched(const struct ib_guarded *, uint64_t i, uint64_t j);
bool ib_guarded_untouched(const struct ib_guarded *);
bool ib_guarded_guards_untouched(const struct ib_guarded *);

#endif
