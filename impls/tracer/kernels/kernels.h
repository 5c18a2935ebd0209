/* The kernels that a tracer has seen started, by name. Not locked: the tracer does that. */
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
    bool incomplete; /* no memory was left */
};

/* One more start of the kernel of this name, which is copied; NULL: it has none. */
void ib_kernel_list_add(struct ib_kernel_list *, const char *name);

/* As `kernel` of the contract (ironbench/tracer.h); nothing where the list is incomplete. */
bool ib_kernel_list_get(const struct ib_kernel_list *, uint32_t i, const char **name, uint64_t *count);

/* Empties it, and gives its memory back. */
void ib_kernel_list_clear(struct ib_kernel_list *);

#endif
