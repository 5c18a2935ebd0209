#include "report/escape.h"

#include "base/plain_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const char *html_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

const char *ib_escape_html(struct ib_arena *arena, const char *text)
{
    char *out = ib_arena_alloc(arena, strlen("&quot;") * strlen(text) + 1), *at = out;
    while (*text) {
        const char *shown, *entity = html_entity(*text);
        const size_t bytes = ib_plain_character(text, &shown);
        if (entity || (shown && *text != '\n'))
            at = stpcpy(at, entity ? entity : shown);
        else
            at = mempcpy(at, text, bytes);
        text += bytes;
    }
    return out;
}

/* An underscore within a word is not markup, so names such as cpu_naive stay readable in the source. */
static bool is_markup(const char *text, size_t i)
{
    if (text[i] == '_')
        return i == 0 || !isalnum((unsigned char)text[i - 1]) || !isalnum((unsigned char)text[i + 1]);
    return strchr("\\`*[]<>|#&~$", text[i]) != NULL;
}

const char *ib_escape_markdown(struct ib_arena *arena, const char *text)
{
    text = ib_plain(arena, text);
    char *out = ib_arena_alloc(arena, 2 * strlen(text) + 1), *at = out;
    for (size_t i = 0; text[i]; i++) {
        if (is_markup(text, i))
            *at++ = '\\';
        *at++ = text[i];
    }
    return out;
}
