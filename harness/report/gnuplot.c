#include "report/gnuplot.h"

#include "base/subprocess.h"

#include <string.h>

#define TIMEOUT_NS 60000000000u /* a chart takes a fraction of a second */

const char *ib_gnuplot_run(struct ib_arena *arena, const char *folder, const char *script,
                           const char *messages, bool *late)
{
    /* -d: ignore ~/.gnuplot, which could change a report. */
    const char *const argv[] = {"gnuplot", "-d", script, NULL};
    return ib_subprocess_run(
        arena,
        &(struct ib_subprocess){
            .argv = argv, .folder = folder, .messages = messages, .timeout_ns = TIMEOUT_NS, .late = late});
}

/* Within single quotes, only the quote itself is special; it is doubled. */
const char *ib_gnuplot_quote(struct ib_arena *arena, const char *text)
{
    char *out = ib_arena_alloc(arena, 2 * strlen(text) + 3), *at = out;
    *at++ = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            *at++ = '\'';
        *at++ = (unsigned char)*text < ' ' ? ' ' : *text;
    }
    *at = '\'';
    return out;
}
