#include "cli/case_argument.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

enum { MAX_CANDIDATES = 8 };

/* Returns how many ids contain the text. *exact: the case with exactly this id, or the only match; else NULL.
 */
static size_t find_matches(const struct ib_run_record *run, const char *text,
                           const struct ib_case_record **exact)
{
    size_t n = 0;
    *exact = NULL;
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_case_record *c = &run->cases[i];
        const char *id = c->id;
        if (strcmp(id, text) == 0) {
            *exact = c;
            return 1;
        }
        if (strstr(id, text)) {
            *exact = n ? NULL : c;
            n++;
        }
    }
    return n;
}

/* "3 linreg-…, 4 linreg-… and 12 more": numbers and ids of the n cases whose ids contain the text. */
static const char *candidates(struct ib_arena *arena, const struct ib_run_record *run, const char *text,
                              size_t n)
{
    const char *list = "";
    size_t named = 0;
    for (size_t i = 0; i < run->n && named < MAX_CANDIDATES; i++) {
        const char *id = run->cases[i].id;
        if (strstr(id, text))
            list = ib_arena_print(arena, "%s%s%zu %s", list, named++ ? ", " : "", i + 1, id);
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
