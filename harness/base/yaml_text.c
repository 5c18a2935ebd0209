#include "base/yaml_text.h"

#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"

#include <stdio.h>
#include <strings.h>

/* Words that YAML 1.1 or 1.2 resolves to something other than text. */
static const char *const resolved[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", NULL};

static bool is_plain(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char others[] = "0123456789./-%+";
    int64_t number;
    if (ib_parse_i64(text, &number))
        return true; /* what reads a text takes a number for one */
    if (!text[0] || (!strchr(letters, text[0]) && text[0] != '/'))
        return false;
    for (const char *at = text; *at; at++)
        if (!strchr(letters, *at) && !strchr(others, *at))
            return false;
    for (const char *const *word = resolved; *word; word++)
        if (strcasecmp(text, *word) == 0)
            return false;
    return true;
}

enum ib_status ib_yaml_text(struct ib_arena *arena, const char *text, const char **out)
{
    if (!ib_utf8_valid(text))
        return ib_fail(IB_EINVAL, NULL, "`%s` cannot be written in a configuration: it is not UTF-8",
                       IB_SHORT(text));
    if (is_plain(text)) {
        *out = ib_arena_copy(arena, text);
        return IB_OK;
    }
    char *to = ib_arena_alloc(arena, 4 * strlen(text) + 3), *end = to;
    *end++ = '"';
    for (const char *at = text; *at; at++) {
        const unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c == 0x7f)
            end += snprintf(end, 5, "\\x%02x", c);
        else if (c == '"' || c == '\\')
            end += snprintf(end, 3, "\\%c", c);
        else
            *end++ = *at;
    }
    *end++ = '"';
    *end = '\0';
    *out = to;
    return IB_OK;
}
