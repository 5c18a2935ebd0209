#include "report/annotations.h"

#include "base/plain_text.h"

#include <string.h>

/* Escapes the characters that would end a command or a property (https://docs.github.com/actions); plain text
 * has no line ends. */
static const char *escape_command(struct ib_arena *arena, const char *text, bool property)
{
    text = ib_plain(arena, text);
    char *out = ib_arena_alloc(arena, 3 * strlen(text) + 1), *at = out;
    for (; *text; text++) {
        const char *code = *text == '%'               ? "%25"
                           : property && *text == ':' ? "%3A"
                           : property && *text == ',' ? "%2C"
                                                      : NULL;
        if (code)
            at = stpcpy(at, code);
        else
            *at++ = *text;
    }
    return out;
}

void ib_gate_annotations(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result)
{
    for (size_t i = 0; i < result->violations.n; i++) {
        const struct ib_violation *v = &result->violations.list[i];
        const char *title = ib_arena_print(
            arena, "%s: %s %s", ib_word_of(ib_violation_kind_words, (int)v->kind), v->problem, v->name);
        fprintf(out, "::%s title=%s::%s\n", ib_violation_fails(v, result->exit_status) ? "error" : "warning",
                escape_command(arena, title, true), escape_command(arena, v->message, false));
    }
}
