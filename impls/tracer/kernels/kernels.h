/* Launch counts of kernels by name, for tracers. Not thread-safe: the caller locks. */
#ifndef TRACER_KERNELS_H
#define TRACER_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

struct ib_kernel_list {
    struct ib_kernel_started {
        char *name;
        uint64_t count;
    } * at;
    uint32_t n, capacity;
    bool incomplete; /* memory ran out */
};

/* Counts one launch of the kernel of this name, which is copied; NULL if it has no name. */
void ib_kernel_list_add(struct ib_kernel_list *, const char *name);

/* `kernel` of the contract (ironbench/tracer.h); false if the list is incomplete. */
bool ib_kernel_list_get(const struct ib_kernel_list *, uint32_t i, const char **name, uint64_t *count);

/* Empties the list and frees its memory. */
void ib_kernel_list_clear(struct ib_kernel_list *);

#endif
