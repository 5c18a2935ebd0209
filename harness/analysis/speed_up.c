#include "analysis/speed_up.h"

#include "analysis/problems.h"

#include <math.h>
#include <string.h>

/* As the baseline of its problem: the least is taken. */
static int preference(const struct ib_run_record *run, const struct ib_case_record *c)
{
    const char *impl = c->axis[IB_AXIS_IMPL];
    if (run->reference && (strcmp(impl, run->reference) == 0 || strcmp(c->label, run->reference) == 0))
        return 0;
    return strcmp(impl, "cpu_naive") == 0 ? 1 : 2;
}

static bool is_candidate(const struct ib_case_record *c)
{
    return c->ranked && ib_case_record_counts(c);
}

/* NULL: the problem has no ranked case. */
static const struct ib_case_record *find_baseline(const struct ib_run_record *run,
                                                  const struct ib_problem_cases *problem)
{
    const struct ib_case_record *best = NULL;
    for (size_t i = 0; i < problem->n; i++) {
        const struct ib_case_record *c = problem->cases[i];
        if (is_candidate(c) && (!best || preference(run, c) < preference(run, best)))
            best = c;
    }
    return best;
}

size_t ib_speed_ups(struct ib_arena *arena, const struct ib_run_record *run, struct ib_speed_up **out)
{
    const struct ib_problems problems = ib_problems_of(arena, run);
    size_t n = 0;
    *out = ib_arena_alloc(arena, (run->n + 1) * sizeof **out);
    for (const struct ib_problem_cases *p = problems.list; p < problems.list + problems.n; p++) {
        const struct ib_case_record *baseline = find_baseline(run, p);
        for (size_t i = 0; baseline && i < p->n; i++) {
            const struct ib_paired_ratio ratio = ib_paired_ratio_of(baseline, p->cases[i]);
            if (is_candidate(p->cases[i]) && !isnan(ratio.median))
                (*out)[n++] = (struct ib_speed_up){p->cases[i], baseline, ratio};
        }
    }
    return n;
}
