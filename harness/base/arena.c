#include "base/arena.h"

#include "base/error.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

/* Between allocations is a gap that AddressSanitizer knows as such, so that it sees what is beyond their
 * ends. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP_BYTES = 16 };
#else
enum { GAP_BYTES = 0 };
#define ASAN_POISON_MEMORY_REGION(at, bytes)   ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#endif

enum { FIRST_BYTES = 256, BLOCK_BYTES = 64 * 1024, ALIGNMENT = 16 };

struct ib_arena_block {
    struct ib_arena_block *next;
    size_t used, size;
    _Alignas(ALIGNMENT) unsigned char data[];
};

static struct ib_arena_block *new_block(size_t bytes)
{
    struct ib_arena_block *block = malloc(sizeof *block + bytes);
    if (!block) {
        fputs("ironbench: out of memory\n", stderr);
        abort();
    }
    block->used = 0;
    block->size = bytes;
    ASAN_POISON_MEMORY_REGION(block->data, bytes);
    return block;
}

/* The first block is small, as many arenas are; further ones are larger. */
static size_t next_size(const struct ib_arena_block *last, size_t needed)
{
    size_t size = last ? 4 * last->size : FIRST_BYTES;
    size = size < BLOCK_BYTES ? size : BLOCK_BYTES;
    return needed > size ? needed : size;
}

void *ib_arena_alloc(struct ib_arena *arena, size_t bytes)
{
    const size_t needed = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + GAP_BYTES;
    struct ib_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < needed) {
        block = new_block(next_size(block, needed));
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *out = block->data + block->used;
    block->used += needed;
    ASAN_UNPOISON_MEMORY_REGION(out, bytes);
    return memset(out, 0, bytes);
}

char *ib_arena_copy(struct ib_arena *arena, const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(ib_arena_alloc(arena, bytes), text, bytes);
}

char *ib_arena_print(struct ib_arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *out = ib_arena_alloc(arena, (size_t)length + 1);
    vsnprintf(out, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    return out;
}

void *ib_arena_grow(struct ib_arena *arena, void *old, size_t element_bytes, size_t count, size_t *capacity)
{
    if (count < *capacity)
        return old;
    *capacity = *capacity ? 2 * *capacity : 8;
    void *out = ib_arena_alloc(arena, element_bytes * *capacity);
    if (count)
        memcpy(out, old, element_bytes * count);
    return out;
}

void ib_arena_free(struct ib_arena *arena)
{
    for (struct ib_arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    arena->blocks = NULL;
}

void ib_arena_clear(struct ib_arena *arena)
{
    struct ib_arena_block *kept = arena->blocks;
    if (!kept)
        return;
    arena->blocks = kept->next;
    ib_arena_free(arena);
    kept->next = NULL;
    kept->used = 0;
    ASAN_POISON_MEMORY_REGION(kept->data, kept->size);
    arena->blocks = kept;
}

/* Not by sysconf, which returns anything where a container refuses sysinfo. */
uint64_t ib_memory_present(void)
{
    static uint64_t bytes;
    unsigned long long kib = 0;
    FILE *file = bytes ? NULL : fopen("/proc/meminfo", "re");
    if (file && fscanf(file, "MemTotal: %llu kB", &kib) == 1)
        bytes = kib * 1024;
    if (file)
        fclose(file);
    return bytes;
}

enum ib_status ib_memory_check(const char *where, double bytes)
{
    char needed[32], present[32];
    const double memory = (double)ib_memory_present();
    if (memory <= 0 || bytes <= memory)
        return IB_OK;
    return ib_fail(IB_ENOMEM, where, "%s would be needed; this machine has %s of memory",
                   ib_print_bytes(bytes, needed, sizeof needed),
                   ib_print_bytes(memory, present, sizeof present));
}
