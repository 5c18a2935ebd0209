#include "base/shell_words.h"

#include <string.h>

/* Within single quotes, only the quote itself is special to a shell. */
const char *ib_shell_quote(struct ib_arena *arena, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/";
    if (text[0] && strspn(text, plain) == strlen(text))
        return text;
    const char *out = "'", *quote;
    for (; (quote = strchr(text, '\'')); text = quote + 1)
        out = ib_arena_print(arena, "%s%.*s'\\''", out, (int)(quote - text), text);
    return ib_arena_print(arena, "%s%s'", out, text);
}

const char *ib_shell_command(struct ib_arena *arena, const char *const *words)
{
    const char *out = "";
    for (; *words; words++)
        out = ib_arena_print(arena, "%s%s%s", out, out[0] ? " " : "", ib_shell_quote(arena, *words));
    return out;
}
