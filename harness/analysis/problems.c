#include "analysis/problems.h"

#include <stdlib.h>
#include <string.h>

/* Problem by problem, in the order of the plan. */
static int by_problem(const void *left, const void *right)
{
    const struct ib_case_record *a = *(const struct ib_case_record *const *)left,
                                *b = *(const struct ib_case_record *const *)right;
    const int order = strcmp(a->problem, b->problem);
    return order != 0 ? order : a < b ? -1 : 1;
}

static int by_first_case(const void *left, const void *right)
{
    const struct ib_problem_cases *a = left, *b = right;
    return a->cases[0] < b->cases[0] ? -1 : 1;
}

struct ib_problems ib_problems_of(struct ib_arena *arena, const struct ib_run_record *run)
{
    const size_t n = run->n;
    struct ib_problems out = {.list = ib_arena_alloc(arena, (n + 1) * sizeof *out.list),
                              .of = ib_arena_alloc(arena, (n + 1) * sizeof *out.of)};
    const struct ib_case_record **sorted = ib_arena_alloc(arena, (n + 1) * sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &run->cases[i];
    qsort(sorted, n, sizeof *sorted, by_problem);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(sorted[i]->problem, sorted[i - 1]->problem) != 0)
            out.list[out.n++] = (struct ib_problem_cases){.cases = &sorted[i]};
        out.list[out.n - 1].n++;
    }
    qsort(out.list, out.n, sizeof *out.list, by_first_case);
    for (size_t p = 0; p < out.n; p++)
        for (size_t i = 0; i < out.list[p].n; i++)
            out.of[out.list[p].cases[i] - run->cases] = p;
    return out;
}
