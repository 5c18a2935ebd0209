#include "analysis/speed_up.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct candidate {
    const struct ib_case_record *record;
    int preference; /* as the baseline: the least is taken */
};

static int preference(const struct ib_run_record *run, const struct ib_case_record *c)
{
    const char *impl = c->axis[IB_AXIS_IMPL];
    if (run->reference && (strcmp(impl, run->reference) == 0 || strcmp(c->label, run->reference) == 0))
        return 0;
    return strcmp(impl, "cpu_naive") == 0 ? 1 : 2;
}

/* Problem by problem, its baseline first. */
static int by_problem(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    const int order = strcmp(a->record->problem, b->record->problem);
    if (order != 0)
        return order;
    if (a->preference != b->preference)
        return a->preference < b->preference ? -1 : 1;
    return a->record->number < b->record->number ? -1 : 1;
}

size_t ib_speed_ups(struct ib_arena *arena, const struct ib_run_record *run, struct ib_speed_up **out)
{
    struct candidate *candidates = ib_arena_alloc(arena, (run->n + 1) * sizeof *candidates);
    const struct ib_case_record *baseline = NULL;
    size_t n_candidates = 0, n = 0;
    for (size_t i = 0; i < run->n; i++)
        if (run->cases[i].ranked && ib_case_record_counts(&run->cases[i]))
            candidates[n_candidates++] = (struct candidate){&run->cases[i], preference(run, &run->cases[i])};
    qsort(candidates, n_candidates, sizeof *candidates, by_problem);
    *out = ib_arena_alloc(arena, (n_candidates + 1) * sizeof **out);
    for (size_t i = 0; i < n_candidates; i++) {
        const struct ib_case_record *c = candidates[i].record;
        if (!baseline || strcmp(c->problem, baseline->problem) != 0)
            baseline = c;
        const struct ib_paired_ratio ratio = ib_paired_ratio_of(baseline, c);
        if (!isnan(ratio.median))
            (*out)[n++] = (struct ib_speed_up){c, baseline, ratio};
    }
    return n;
}
