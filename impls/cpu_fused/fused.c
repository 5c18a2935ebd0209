#include "cpu_fused/fused.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, LARGE_PAGE = 2 << 20 };

uint64_t fused_widest(const struct ib_problem *p)
{
    uint64_t widest = p->x.cols;
    for (uint32_t l = 0; l < p->n_layers; l++)
        widest = p->w[l].cols > widest ? p->w[l].cols : widest;
    return widest;
}

void *fused_alloc(uint64_t count, uint64_t bytes_each)
{
    uint64_t bytes;
    if (__builtin_mul_overflow(count, bytes_each, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    const size_t align = bytes >= 4 * (uint64_t)LARGE_PAGE ? LARGE_PAGE : LINE;
    const size_t size = (bytes + align) / align * align;
    void *p = aligned_alloc(align, size);
    if (p == NULL)
        return NULL;
#ifdef MADV_HUGEPAGE
    if (align == LARGE_PAGE)
        madvise(p, size, MADV_HUGEPAGE); /* no more than a wish */
#endif
    return memset(p, 0, size);
}
