#include "cli/case_argument.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

enum { MAX_CANDIDATES = 8 };

/* Returns how many ids contain the text, or are it. *only: the case, if there is one; else NULL. */
static size_t count_matches(const struct ib_run_record *run, const char *text, bool whole,
                            const struct ib_case_record **only)
{
    size_t n = 0;
    *only = NULL;
    for (size_t i = 0; i < run->n; i++)
        if (whole ? strcmp(run->cases[i].id, text) == 0 : strstr(run->cases[i].id, text) != NULL)
            *only = n++ ? NULL : &run->cases[i];
    return n;
}

/* The same for whole ids, if there are any. */
static size_t find_matches(const struct ib_run_record *run, const char *text,
                           const struct ib_case_record **only)
{
    const size_t n = count_matches(run, text, true, only);
    return n ? n : count_matches(run, text, false, only);
}

/* "3 linreg-…, 4 linreg-… and 12 more": numbers and ids of the n cases whose ids contain the text. */
static const char *candidates(struct ib_arena *arena, const struct ib_run_record *run, const char *text,
                              size_t n)
{
    const char *list = "";
    size_t named = 0;
    for (size_t i = 0; i < run->n && named < MAX_CANDIDATES; i++) {
        const struct ib_case_record *c = &run->cases[i];
        const char *on = run->n_machines > 1 ? ib_arena_print(arena, " on %s", c->machine) : "";
        if (strstr(c->id, text))
            list = ib_arena_print(arena, "%s%s%zu %s%s", list, named++ ? ", " : "", i + 1, c->id, on);
    }
    return named < n ? ib_arena_print(arena, "%s and %zu more", list, n - named) : list;
}

enum ib_status ib_case_argument(struct ib_arena *arena, const struct ib_run_record *run, const char *text,
                                const struct ib_case_record **out)
{
    uint64_t number;
    size_t n_cases = run->n, n = find_matches(run, text, out);
    if (ib_parse_u64(text, &number) && number >= 1 && number <= n_cases) {
        *out = &run->cases[number - 1];
        return IB_OK;
    }
    if (*out)
        return IB_OK;
    if (n)
        return ib_fail(IB_EINVAL, "CASE", "`%s` matches %zu cases: %s", text, n,
                       candidates(arena, run, text, n));
    return ib_fail(IB_EINVAL, "CASE", "`%s` matches none of the %zu cases: %s", text, n_cases,
                   candidates(arena, run, "", n_cases));
}
