#include "base/slug.h"

#include "base/hash.h"

#include <string.h>

enum { HASH_DIGITS = 8 };

int ib_slug_allows(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("._-", c));
}

/* One '-' for each run of other characters. */
static char *copy_allowed(char *out, const char *text, size_t room)
{
    for (char *end = out + room; *text && out < end; text++)
        if (ib_slug_allows(*text))
            *out++ = *text;
        else if (ib_slug_allows(text[1]) || !text[1])
            *out++ = '-';
    return out;
}

const char *ib_slug(struct ib_arena *arena, const char *text)
{
    const size_t length = strlen(text);
    size_t allowed = 0;
    char hash[IB_HASH_HEX], *out;
    while (ib_slug_allows(text[allowed]))
        allowed++;
    if (allowed == length && length <= IB_SLUG_MAX)
        return text;
    ib_hash_of(text, length, hash);
    out = ib_arena_alloc(arena, IB_SLUG_MAX + 1);
    char *end = copy_allowed(out, text, IB_SLUG_MAX - HASH_DIGITS - 1);
    if (end > out && end[-1] != '-')
        *end++ = '-';
    memcpy(end, hash, HASH_DIGITS);
    return out;
}
