#include "report/summary.h"

#include "analysis/problems.h"
#include "analysis/ranking.h"
#include "report/seed_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- a group's table ---- */

static void fill_row(const struct ib_case_record *c, struct ib_summary_row *row)
{
    row->record = c;
    row->position = c->number - 1;
    row->name = c->name;
    row->time_ns = c->epoch_ns.median;
    row->low_ns = c->epoch_ns.low;
    row->high_ns = c->epoch_ns.high;
    row->ranked = c->ranked && !isnan(row->time_ns);
}

/* Ranked cases; then verified ones that cannot be ranked; then the rest; each in the order of the plan. */
static int reading_order(const void *left, const void *right)
{
    const struct ib_summary_row *a = left, *b = right;
    if (a->ranked != b->ranked)
        return a->ranked ? -1 : 1;
    bool a_right = a->record->check.verdict == IB_RIGHT;
    bool b_right = b->record->check.verdict == IB_RIGHT;
    if (!a->ranked && a_right != b_right)
        return a_right ? -1 : 1;
    return a->position < b->position ? -1 : 1;
}

static void choose_columns(const struct ib_run_record *run, struct ib_summary_group *group)
{
    for (int column = 0; column < IB_COLUMN_COUNT; column++)
        group->shown[column] = column < IB_COLUMN_LIMIT || column > IB_COLUMN_INSTRUCTIONS;
    group->shown[IB_COLUMN_MACHINE] = run->n_machines > 1;
    group->shown[IB_COLUMN_STEP] = group->rows[0].record->steps > 1;
    for (size_t r = 0; r < group->n; r++) {
        group->shown[IB_COLUMN_LIMIT] |= group->rows[r].record->limit_share > 0;
        group->shown[IB_COLUMN_INSTRUCTIONS] |= group->rows[r].record->check.instructions.count > 0;
        group->shown[IB_COLUMN_ENERGY] |= group->rows[r].record->energy.wanted;
    }
    group->shown[IB_COLUMN_ENERGY_TO_LOSS] = group->shown[IB_COLUMN_ENERGY];
}

/* Sorts the ranked rows, and sets how far they are behind the fastest. */
static void rank_rows(struct ib_arena *scratch, struct ib_summary_group *group)
{
    const size_t n = group->n_ranked;
    struct ib_standing *standings = ib_arena_alloc(scratch, (n + 1) * sizeof *standings);
    for (size_t i = 0; i < n; i++)
        standings[i].record = group->rows[i].record;
    group->n_first = ib_rank(standings, n);
    for (size_t i = 0; i < n; i++) {
        fill_row(standings[i].record, &group->rows[i]);
        group->rows[i].behind = standings[i].behind;
    }
}

static void fill_group(struct ib_arena *scratch, const struct ib_run_record *run,
                       struct ib_summary_group *group)
{
    qsort(group->rows, group->n, sizeof *group->rows, reading_order);
    while (group->n_ranked < group->n && group->rows[group->n_ranked].ranked)
        group->n_ranked++;
    rank_rows(scratch, group);
    choose_columns(run, group);
}

/* ---- grouping, in the order of first cases ---- */

static struct ib_summary_section *section_of(struct ib_summary *summary, const struct ib_case_record *c)
{
    const char *model = c->axis[IB_AXIS_MODEL], *dataset = c->axis[IB_AXIS_DATASET];
    struct ib_summary_section *s = summary->sections;
    while (s < summary->sections + summary->n &&
           (strcmp(s->model, model) != 0 || strcmp(s->dataset, dataset) != 0))
        s++;
    return s;
}

/* The section of each problem, and room for the groups of each section. */
static struct ib_summary_section **find_sections(struct ib_arena *arena, struct ib_arena *scratch,
                                                 const struct ib_problems *problems, struct ib_summary *out)
{
    struct ib_summary_section **of = ib_arena_alloc(scratch, (problems->n + 1) * sizeof(*of));
    for (size_t p = 0; p < problems->n; p++) {
        const struct ib_case_record *c = problems->list[p].cases[0];
        of[p] = section_of(out, c);
        if (of[p] == out->sections + out->n)
            out->sections[out->n++] = (struct ib_summary_section){.model = c->axis[IB_AXIS_MODEL],
                                                                  .dataset = c->axis[IB_AXIS_DATASET]};
        of[p]->capacity++;
    }
    for (size_t s = 0; s < out->n; s++)
        out->sections[s].groups =
            ib_arena_alloc(arena, out->sections[s].capacity * sizeof *out->sections[s].groups);
    return of;
}

/* The cases of a problem, which all belong to one section. */
static void add_group(struct ib_arena *arena, struct ib_summary_section *s,
                      const struct ib_problem_cases *problem, const struct ib_loss_group *loss_group)
{
    struct ib_summary_group *group = &s->groups[s->n++];
    *group = (struct ib_summary_group){.title = problem->cases[0]->problem,
                                       .loss_group = loss_group,
                                       .rows = ib_arena_alloc(arena, problem->n * sizeof *group->rows),
                                       .n = problem->n};
    for (size_t i = 0; i < problem->n; i++)
        fill_row(problem->cases[i], &group->rows[i]);
}

/* Loss groups are in the order of the problems, of which some have none. */
static void add_groups(struct ib_arena *arena, struct ib_arena *scratch, const struct ib_run_record *run,
                       struct ib_summary *out)
{
    const struct ib_problems problems = ib_problems_of(scratch, run);
    struct ib_summary_section **of = find_sections(arena, scratch, &problems, out);
    const struct ib_loss_group *next = out->derived.loss_groups, *end = next + out->derived.n_loss_groups;
    for (size_t i = 0; i < problems.n; i++) {
        const struct ib_problem_cases *p = &problems.list[i];
        const bool has_losses = next < end && strcmp(next->problem, p->cases[0]->problem) == 0;
        add_group(arena, of[i], p, has_losses ? next : NULL);
        next += has_losses ? 1 : 0;
    }
}

static void fill_sections(struct ib_arena *arena, const struct ib_run_record *run, struct ib_summary *out)
{
    struct ib_arena scratch = {0};
    add_groups(arena, &scratch, run, out);
    for (size_t s = 0; s < out->n; s++) {
        for (size_t g = 0; g < out->sections[s].n; g++) {
            fill_group(&scratch, run, &out->sections[s].groups[g]);
            ib_arena_clear(&scratch);
        }
        ib_seed_groups_find(arena, &out->sections[s]);
    }
    ib_arena_free(&scratch);
}

static size_t count_sections_at_most(const struct ib_run_record *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n; i++)
        n += i == 0 || run->cases[i].axis[IB_AXIS_MODEL] != run->cases[i - 1].axis[IB_AXIS_MODEL] ||
             run->cases[i].axis[IB_AXIS_DATASET] != run->cases[i - 1].axis[IB_AXIS_DATASET];
    return n;
}

void ib_summary_build(struct ib_arena *arena, const struct ib_run_record *run, struct ib_summary *out)
{
    *out = (struct ib_summary){
        .run = run,
        .title = run->name,
        .facts = ib_summary_run_facts(arena, run),
        .origin = ib_summary_origin(arena, run),
        .counts = ib_summary_counts(arena, run),
        .disturbance = ib_summary_disturbance(arena, run),
        .looks = ib_looks_of(arena, run),
        .sections = ib_arena_alloc(arena, count_sections_at_most(run) * sizeof *out->sections)};
    ib_derive(arena, run, &out->derived);
    fill_sections(arena, run, out);
    ib_summary_find_faults(arena, run, out);
}
