#include "base/plain_text.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

struct range {
    uint32_t from, to;
};

static const struct range controls[] = {{0, 0x1F}, {0x7F, 0x9F}, {0x2028, 0x2029}, {0, 0}};
static const struct range reversals[] = {
    {0x061C, 0x061C}, {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}, {0, 0}};

static bool is_in(const struct range *ranges, uint32_t code)
{
    for (; ranges->to; ranges++)
        if (code >= ranges->from && code <= ranges->to)
            return true;
    return false;
}

/* XML does not allow these, not even as references. */
static bool is_noncharacter(uint32_t code)
{
    return (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

size_t ib_plain_character(const char *at, const char **shown)
{
    uint32_t code;
    const size_t bytes = ib_utf8_character(at, &code);
    *shown = bytes == 0                                        ? REPLACEMENT
             : is_in(controls, code)                           ? " "
             : is_in(reversals, code) || is_noncharacter(code) ? REPLACEMENT
                                                               : NULL;
    return bytes ? bytes : 1;
}

/* Is this the second character of a command's mark? GitHub's runner reads `::` at the start of a line, after
 * blanks of any alphabet, and `##[` anywhere; others read `##NAME[`. Words count, as any may come to the
 * start of a line. */
static bool completes_command(const char *text, const char *at)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (at == text || at[0] != at[-1])
        return false;
    if (at[0] == ':')
        return at - 1 == text || (unsigned char)at[-2] <= ' ' || (unsigned char)at[-2] > '~';
    return at[0] == '#' && at[1 + strspn(at + 1, letters)] == '[';
}

static const char *plain(struct ib_arena *arena, const char *text, bool lines)
{
    char *out = ib_arena_alloc(arena, strlen(REPLACEMENT) * strlen(text) + 1), *end = out;
    for (const char *at = text, *shown; *at;) {
        const size_t bytes = ib_plain_character(at, &shown);
        if (completes_command(text, at))
            *end++ = ' ';
        if (shown && !(lines && *at == '\n'))
            end = stpcpy(end, shown);
        else
            end = mempcpy(end, at, bytes);
        at += bytes;
    }
    return out;
}

/* Most texts are plain already. */
static bool is_plain(const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || (unsigned char)*at > '~' || completes_command(text, at))
            return false;
    return true;
}

const char *ib_plain(struct ib_arena *arena, const char *text)
{
    return is_plain(text) ? text : plain(arena, text, false);
}

const char *ib_plain_lines(struct ib_arena *arena, const char *text)
{
    return is_plain(text) ? text : plain(arena, text, true);
}

void ib_print_line(FILE *out, const char *format, ...)
{
    struct ib_arena arena = {0};
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    fprintf(out, "%s\n", length < 0 ? "out of memory" : ib_plain(&arena, text));
    free(length < 0 ? NULL : text);
    ib_arena_free(&arena);
}
