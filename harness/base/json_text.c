#include "base/json_text.h"

#include "base/plain_text.h"
#include "base/utf8.h"

#include <string.h>

json_t *ib_json_text(const char *text)
{
    struct ib_arena arena = {0};
    json_t *string = text ? json_string(text) : json_null();
    if (!string) {
        static const char replacement[] = "\xEF\xBF\xBD";
        char *out = ib_arena_alloc(&arena, strlen(replacement) * strlen(text) + 1), *end = out;
        for (uint32_t code; *text;) {
            const size_t bytes = ib_utf8_character(text, &code);
            end = mempcpy(end, bytes ? text : replacement, bytes ? bytes : strlen(replacement));
            text += bytes ? bytes : 1;
        }
        string = json_string(out);
    }
    ib_arena_free(&arena);
    return string;
}

struct printer {
    FILE *out;
    int indent;
};

/* The length of the text at the beginning that is printed as it is. */
static size_t ordinary(const char *at, const char *end)
{
    const char *begin = at;
    while (at < end && *at >= ' ' && *at <= '~' && *at != '#')
        at++;
    return (size_t)(at - begin);
}

/* In JSON, line ends are outside of strings; a record of many samples is mostly lines. */
static size_t print_line_end(const struct printer *p)
{
    static const char blanks[] = "        ";
    fputc_unlocked('\n', p->out);
    for (int left = p->indent; left > 0; left -= (int)strlen(blanks))
        fwrite_unlocked(blanks, 1, (size_t)left < strlen(blanks) ? (size_t)left : strlen(blanks), p->out);
    return 1;
}

/* A number sign can only be part of a string. One alone is harmless. */
static size_t print_special(const struct printer *p, const char *at, const char *end)
{
    uint32_t code;
    const char *shown;
    const size_t length = ib_plain_character(at, &shown);
    ib_utf8_character(at, &code);
    if (code >= 0x7F && code <= 0xFFFF && shown)
        fprintf(p->out, "\\u%04x", (unsigned)code);
    else if (*at == '#' && at + 1 < end && at[1] == '#')
        fputs_unlocked("\\u0023", p->out);
    else
        fwrite_unlocked(at, 1, length, p->out);
    return length;
}

static int print_part(const char *part, size_t bytes, void *context)
{
    const struct printer *p = context;
    const char *end = part + bytes;
    for (const char *at = part; at < end;) {
        const size_t length = ordinary(at, end);
        fwrite_unlocked(at, 1, length, p->out);
        at += length;
        if (at < end)
            at += *at == '\n' ? print_line_end(p) : print_special(p, at, end);
    }
    return ferror(p->out) ? -1 : 0;
}

void ib_json_print_within(FILE *out, const json_t *value, size_t flags, int indent)
{
    flockfile(out); /* once, not for each of very many parts */
    json_dump_callback(value, print_part, &(struct printer){out, indent}, flags);
    funlockfile(out);
}

void ib_json_print(FILE *out, const json_t *value, size_t flags)
{
    ib_json_print_within(out, value, flags, 0);
}
