/* The memory of the emulated device. What the host gets are addresses that cannot be touched, so that it
 * cannot take them for its own memory; the bytes lie in blocks of the heap, one each, whose ends a sanitizer
 * watches. */
#ifndef EMU_MEMORY_H
#define EMU_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct emu_block;

struct emu_memory {
    unsigned char *addresses; /* reserved, never backed by memory */
    size_t addresses_used;
    struct emu_block *blocks;
};

/* False: no room for the addresses. */
bool emu_memory_open(struct emu_memory *);
void emu_memory_close(struct emu_memory *);

/* A handle for `bytes` > 0 that are all NaN; NULL when memory is exhausted. No handle is given out twice. */
void *emu_memory_alloc(struct emu_memory *, size_t bytes);
void emu_memory_free(struct emu_memory *, void *handle);

/* Returns the memory of a handle, at least `bytes` of it; NULL if the handle is not live or the block is
 * smaller. */
void *emu_memory_find(const struct emu_memory *, const void *handle, size_t bytes);

/* Replaces a handle's memory by a new block of exactly this size, filled with NaN. False: out of memory. */
bool emu_memory_renew(struct emu_memory *, void *handle, size_t bytes);

#endif
