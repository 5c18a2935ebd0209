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

/* In JSON, a number sign can only be part of a string. One alone is harmless. */
static int print_part(const char *part, size_t bytes, void *context)
{
    FILE *out = context;
    const char *end = part + bytes, *shown;
    for (const char *at = part; at < end;) {
        uint32_t code;
        const size_t length = ib_plain_character(at, &shown);
        ib_utf8_character(at, &code);
        if (code >= 0x7F && code <= 0xFFFF && shown)
            fprintf(out, "\\u%04x", (unsigned)code);
        else if (*at == '#' && at + 1 < end && at[1] == '#')
            fputs("\\u0023", out);
        else
            fwrite(at, 1, length, out);
        at += length;
    }
    return ferror(out) ? -1 : 0;
}

void ib_json_print(FILE *out, const json_t *value, size_t flags)
{
    json_dump_callback(value, print_part, out, flags);
}
