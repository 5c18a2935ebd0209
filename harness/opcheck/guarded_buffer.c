#include "opcheck/guarded_buffer.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* Odd, so that a matrix is aligned only to its type. */
enum { GUARD_ELEMENTS = 67 };

size_t ib_guarded_bytes(const struct ib_guarded *a)
{
    return a->count * ib_dtype_bytes(a->type);
}

enum ib_status ib_guarded_open(const struct ib_instance *owner, enum ib_dtype type, uint64_t rows,
                               uint64_t cols, uint64_t ld, enum ib_guard guard, struct ib_guarded *out)
{
    const struct ib_mem_ops *mem = owner->impl->mem;
    *out = (struct ib_guarded){.owner = owner, .type = type, .rows = rows, .cols = cols, .ld = ld};
    out->front = mem == NULL ? GUARD_ELEMENTS : 0; /* a device pointer may be an opaque handle */
    out->count = out->front + rows * ld + GUARD_ELEMENTS;
    const size_t bytes = ib_guarded_bytes(out);
    out->before = malloc(bytes);
    out->after = malloc(bytes);
    enum ib_status status = IB_OK;
    if (out->before == NULL || out->after == NULL)
        status = ib_fail(IB_ENOMEM, "array", "out of memory for %zu bytes", bytes);
    else
        memset(out->before, guard, bytes);
    if (status == IB_OK && mem != NULL)
        status = mem->alloc(owner->state, bytes, &out->device);
    if (status != IB_OK)
        ib_guarded_close(out);
    return status;
}

void ib_guarded_close(struct ib_guarded *a)
{
    if (a->device != NULL)
        a->owner->impl->mem->free(a->owner->state, a->device);
    free(a->before);
    free(a->after);
    *a = (struct ib_guarded){.owner = NULL};
}

enum ib_status ib_guarded_upload(struct ib_guarded *a)
{
    memcpy(a->after, a->before, ib_guarded_bytes(a));
    if (a->device == NULL)
        return IB_OK;
    return a->owner->impl->mem->h2d(a->owner->state, a->device, a->before, ib_guarded_bytes(a));
}

enum ib_status ib_guarded_download(struct ib_guarded *a)
{
    if (a->device == NULL)
        return IB_OK;
    return a->owner->impl->mem->d2h(a->owner->state, a->after, a->device, ib_guarded_bytes(a));
}

struct ib_view ib_guarded_view(const struct ib_guarded *a)
{
    void *p = a->device == NULL ? a->after + a->front * ib_dtype_bytes(a->type) : a->device;
    return (struct ib_view){.p = p, .rows = a->rows, .cols = a->cols, .ld = a->ld, .type = a->type};
}

/* Returns true if elements from .. to - 1 are unchanged. */
static bool untouched(const struct ib_guarded *a, size_t from, size_t to)
{
    const size_t offset = from * ib_dtype_bytes(a->type);
    return memcmp(a->before + offset, a->after + offset, (to - from) * ib_dtype_bytes(a->type)) == 0;
}

bool ib_guarded_cell_untouched(const struct ib_guarded *a, uint64_t i, uint64_t j)
{
    const size_t at = a->front + i * a->ld + j;
    return untouched(a, at, at + 1);
}

bool ib_guarded_untouched(const struct ib_guarded *a)
{
    return untouched(a, 0, a->count);
}

bool ib_guarded_guards_untouched(const struct ib_guarded *a)
{
    size_t guard = 0; /* start of the current guard zone */
    for (uint64_t i = 0; i < a->rows; i++) {
        const size_t row = a->front + i * a->ld;
        if (!untouched(a, guard, row))
            return false;
        guard = row + a->cols;
    }
    return untouched(a, guard, a->count);
}
