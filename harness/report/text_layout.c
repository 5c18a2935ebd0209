#include "report/text_layout.h"

#include <stdbool.h>

static bool starts_character(char byte)
{
    return (byte & 0xC0) != 0x80;
}

size_t ib_text_width(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += starts_character(*text);
    return n;
}

/* The rest of a text after n columns. */
static const char *after(const char *text, size_t n)
{
    for (; *text; text++)
        if (starts_character(*text) && n-- == 0)
            break;
    return text;
}

const char *ib_text_shorten(struct ib_arena *arena, const char *text, size_t max)
{
    size_t columns = ib_text_width(text), head = max / 2, tail = max - head - 1;
    if (columns <= max)
        return text;
    return ib_arena_print(arena, "%.*s…%s", (int)(after(text, head) - text), text,
                          after(text, columns - tail));
}
