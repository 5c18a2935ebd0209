#include "report/labels.h"

#include "report/render.h"

#include <stdbool.h>
#include <string.h>

/* ---- common words ---- */

static bool has_word(const char *text, const char *word, size_t length)
{
    for (const char *at = text; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strcspn(at, " ") == length && strncmp(at, word, length) == 0)
            return true;
    }
    return false;
}

static bool in_all(const char *const *labels, size_t n, const char *word, size_t length)
{
    for (size_t i = 0; i < n; i++)
        if (!has_word(labels[i], word, length))
            return false;
    return true;
}

/* The words of `text` for which in_all is `common`. */
static const char *words_of(struct ib_arena *arena, const char *text, const char *const *labels, size_t n,
                            bool common)
{
    char *out = ib_arena_alloc(arena, strlen(text) + 1), *end = out;
    for (const char *at = text; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        const size_t length = strcspn(at, " ");
        if (!length || in_all(labels, n, at, length) != common)
            continue;
        if (end > out)
            *end++ = ' ';
        memcpy(end, at, length);
        end += length;
    }
    *end = '\0';
    return out;
}

/* `common`, of few words, stands for all labels: what all contain, it contains. */
const char *ib_labels_strip(struct ib_arena *arena, const char **labels, size_t n)
{
    if (n < 2)
        return "";
    const char *common = words_of(arena, labels[0], labels, n, true);
    const char **rest = ib_arena_alloc(arena, n * sizeof *rest);
    for (size_t i = 0; i < n; i++) {
        rest[i] = words_of(arena, labels[i], &common, 1, false);
        if (!rest[i][0])
            return "";
    }
    memcpy(labels, rest, n * sizeof *rest);
    return common;
}

/* ---- length ---- */

static bool is_one_of(const char *text, const char *const *texts, size_t n, size_t except)
{
    for (size_t i = 0; i < n; i++)
        if (i != except && strcmp(texts[i], text) == 0)
            return true;
    return false;
}

void ib_labels_fit(struct ib_arena *arena, const char **labels, size_t n, size_t max)
{
    const char **fitted = ib_arena_alloc(arena, (n + 1) * sizeof *fitted);
    for (size_t i = 0; i < n; i++)
        fitted[i] = ib_text_shorten(arena, labels[i], max);
    const char **whole = ib_arena_alloc(arena, (n + 1) * sizeof *whole);
    memcpy(whole, labels, n * sizeof *whole);
    for (size_t i = 0; i < n; i++)
        labels[i] = is_one_of(fitted[i], fitted, n, i) ? whole[i] : fitted[i];
}
