#include "report/commit_words.h"

#include "report/summary.h"

#include <string.h>

enum { SHORT_DIGITS = 12 }; /* as many as git uses in large repositories */

const char *ib_short_commit(struct ib_arena *arena, const struct ib_source_record *source)
{
    return source && source->commit ? ib_arena_print(arena, "%.*s%s", SHORT_DIGITS, source->commit,
                                                     source->dirty == IB_YES ? "+" : "")
                                    : NULL;
}

const char *ib_commit_words(struct ib_arena *arena, const struct ib_source_record *source)
{
    if (!source->commit)
        return ib_arena_print(arena, "unknown (%s)", source->reason ? source->reason : "no reason given");
    return ib_arena_print(arena, "%.*s%s%s%s", SHORT_DIGITS, source->commit, source->branch ? " on " : "",
                          source->branch ? source->branch : "",
                          source->dirty == IB_YES       ? ", with uncommitted changes"
                          : source->dirty == IB_UNKNOWN ? ", perhaps with uncommitted changes"
                                                        : "");
}

/* The configuration's; then those of implementations from other commits. */
const char *ib_summary_commits(struct ib_arena *arena, const struct ib_run_record *run)
{
    const struct ib_source_record *first = run->sources;
    if (!run->n_sources)
        return "not recorded";
    const char *words = ib_commit_words(arena, first);
    for (const struct ib_source_record *s = first + 1; s < first + run->n_sources; s++)
        if (s->commit && s->impl && (!first->commit || strcmp(s->commit, first->commit) != 0))
            words = ib_arena_print(arena, "%s; %s: %s", words, s->impl, ib_commit_words(arena, s));
    return words;
}
