#include "report/text_layout.h"

#define PLAIN "\033[0m"

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

/* What is left of a text after n columns. */
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

void ib_text_styled(const struct ib_text_page *page, const char *style, const char *text)
{
    bool styled = page->coloured && style[0];
    fprintf(page->out, "%s%s%s", styled ? style : "", text, styled ? PLAIN : "");
}

void ib_text_padded(const struct ib_text_page *page, const char *style, const char *text, size_t columns,
                    bool to_the_right)
{
    size_t taken = ib_text_width(text);
    int blanks = taken < columns ? (int)(columns - taken) : 0;
    fprintf(page->out, "%*s", to_the_right ? blanks : 0, "");
    ib_text_styled(page, style, text);
    fprintf(page->out, "%*s", to_the_right ? 0 : blanks, "");
}

void ib_text_paragraph(const struct ib_text_page *page, int indent, const char *style, const char *text)
{
    size_t column = 0;
    for (;;) {
        while (*text && (unsigned char)*text <= ' ')
            text++;
        size_t bytes = 0, columns = 0;
        for (; (unsigned char)text[bytes] > ' '; bytes++)
            columns += starts_character(text[bytes]);
        if (!bytes)
            break;
        bool fits = column && column + 1 + columns <= IB_PAGE_WIDTH;
        fprintf(page->out, "%s%*s", column && !fits ? "\n" : "", fits ? 1 : indent, "");
        ib_text_styled(page, style, ib_arena_print(page->arena, "%.*s", (int)bytes, text));
        column = fits ? column + 1 + columns : (size_t)indent + columns;
        text += bytes;
    }
    fputc('\n', page->out);
}
