#include "data/levels.h"

#include <stdlib.h>
#include <string.h>

static size_t first_slot(const char *text, size_t length)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return (hash ^ hash >> 16) % IB_LEVELS_SLOTS;
}

static bool is_word(const char *word, const char *text, size_t length)
{
    return strncmp(word, text, length) == 0 && word[length] == '\0';
}

size_t ib_levels_number(struct ib_arena *arena, struct ib_levels *levels, const char *text, size_t length)
{
    size_t slot = first_slot(text, length);
    for (; levels->slots[slot]; slot = (slot + 1) % IB_LEVELS_SLOTS)
        if (is_word(levels->word[levels->slots[slot] - 1], text, length))
            return (size_t)levels->slots[slot] - 1;
    if (levels->n == IB_LEVELS_MAX)
        return IB_LEVELS_MAX;
    levels->word = ib_arena_grow(arena, levels->word, sizeof *levels->word, levels->n, &levels->capacity);
    levels->word[levels->n] = ib_arena_print(arena, "%.*s", (int)length, text);
    levels->slots[slot] = (uint16_t)++levels->n;
    return levels->n - 1;
}

struct ranked {
    const char *word;
    size_t number;
};

static int by_word(const void *a, const void *b)
{
    return strcmp(((const struct ranked *)a)->word, ((const struct ranked *)b)->word);
}

void ib_levels_rank(const struct ib_levels *levels, size_t rank[IB_LEVELS_MAX])
{
    struct ranked sorted[IB_LEVELS_MAX];
    for (size_t i = 0; i < levels->n; i++)
        sorted[i] = (struct ranked){levels->word[i], i};
    qsort(sorted, levels->n, sizeof *sorted, by_word);
    for (size_t i = 0; i < levels->n; i++)
        rank[sorted[i].number] = i;
}
