#include "store/text_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

/* FNV-1a. */
static size_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *at = text; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
    return (size_t)(hash ^ hash >> 32);
}

/* Where a text is, or would be. n_slots is a power of two. */
static const char **find(const char **slots, size_t n_slots, const char *text)
{
    size_t at = hash_of(text) & (n_slots - 1);
    while (slots[at] && strcmp(slots[at], text) != 0)
        at = (at + 1) & (n_slots - 1);
    return &slots[at];
}

static void grow(struct ib_text_pool *pool)
{
    const size_t n_slots = pool->n_slots ? 2 * pool->n_slots : FIRST_SLOTS;
    const char **slots = calloc(n_slots, sizeof *slots);
    if (!slots) {
        fputs("ironbench: out of memory\n", stderr);
        abort();
    }
    for (size_t i = 0; i < pool->n_slots; i++)
        if (pool->slots[i])
            *find(slots, n_slots, pool->slots[i]) = pool->slots[i];
    free(pool->slots);
    pool->slots = slots;
    pool->n_slots = n_slots;
}

const char *ib_text_share(struct ib_text_pool *pool, const char *text)
{
    if (2 * pool->n >= pool->n_slots)
        grow(pool);
    const char **slot = find(pool->slots, pool->n_slots, text);
    if (!*slot) {
        *slot = ib_arena_copy(pool->arena, text);
        pool->n++;
    }
    return *slot;
}

void ib_text_pool_free(struct ib_text_pool *pool)
{
    free(pool->slots);
    *pool = (struct ib_text_pool){.arena = pool->arena};
}
