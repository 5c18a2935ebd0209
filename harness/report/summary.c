#include "report/summary.h"

#include "analysis/problems.h"
#include "analysis/ranking.h"
#include "report/format.h"
#include "report/seed_groups.h"

#include <inttypes.h>
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

/* Returns the unit for a group's times, chosen for the shortest; *unit_ns: its length. */
static const char *group_unit(const struct ib_summary_group *group, double *unit_ns)
{
    double shortest = INFINITY;
    for (size_t i = 0; i < group->n; i++)
        shortest = fmin(shortest, group->rows[i].time_ns); /* skips NaN */
    return ib_unit_of_ns(isfinite(shortest) ? shortest : 1e3, unit_ns);
}

static const char *score(struct ib_arena *arena, const struct ib_case_record *c)
{
    const enum ib_metric_index metric = ib_metric_of_task(c->task);
    return ib_format_metric(arena, metric, c->metrics[metric]);
}

/* Rounds before printing, to avoid "-0.000". */
static const char *skill(struct ib_arena *arena, const struct ib_case_record *c)
{
    double value = c->metrics[IB_METRIC_skill];
    return isnan(value) ? IB_DASH : ib_arena_print(arena, "%.3f", round(1000 * value) / 1000 + 0.0);
}

static const char *interval(struct ib_arena *arena, const struct ib_summary_row *row, double unit_ns)
{
    if (isnan(row->low_ns) || isnan(row->high_ns))
        return IB_DASH;
    return ib_arena_print(arena, "[%s, %s]", ib_format_digits(arena, row->low_ns / unit_ns),
                          ib_format_digits(arena, row->high_ns / unit_ns));
}

static const char *ratio(struct ib_arena *arena, const struct ib_summary_row *row)
{
    if (!row->ranked || isnan(row->behind.median))
        return IB_DASH;
    return ib_arena_print(arena, "%s×", ib_format_ratio(arena, row->behind.median));
}

static const char *verdict(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *text = ib_summary_verdict(c);
    return strcmp(text, IB_VERDICT_OTHER) == 0 ? ib_arena_print(arena, "%s: %s", text, c->algorithm) : text;
}

static void fill_cells(struct ib_arena *arena, const struct ib_summary_group *group,
                       struct ib_summary_row *row)
{
    double unit_ns;
    group_unit(group, &unit_ns);
    const struct ib_case_record *c = row->record;
    row->cells[IB_COLUMN_IMPL] = c->label;
    row->cells[IB_COLUMN_RESIDENCY] = ib_word_of(ib_residency_words, (int)c->residency);
    row->cells[IB_COLUMN_MACHINE] = ib_or_dash(c->machine);
    row->cells[IB_COLUMN_TIME] = ib_format_digits(arena, row->time_ns / unit_ns);
    row->cells[IB_COLUMN_STEP] = ib_format_duration(arena, row->time_ns / (double)c->steps);
    row->cells[IB_COLUMN_INTERVAL] = interval(arena, row, unit_ns);
    row->cells[IB_COLUMN_RATIO] = ratio(arena, row);
    row->cells[IB_COLUMN_LIMIT] = ib_format_share(arena, c->limit_share);
    row->cells[IB_COLUMN_INSTRUCTIONS] =
        ib_format_rounded(arena, ib_instructions_of_epoch(&c->check.instructions));
    row->cells[IB_COLUMN_SCORE] = score(arena, c);
    row->cells[IB_COLUMN_SKILL] = skill(arena, c);
    row->cells[IB_COLUMN_CONVERGENCE] =
        c->check.convergence ? ib_word_of(ib_convergence_words, (int)c->check.convergence) : IB_DASH;
    row->cells[IB_COLUMN_VERDICT] = verdict(arena, c);
}

static void fill_heads(struct ib_arena *arena, struct ib_summary_group *group)
{
    double unit_ns;
    group->heads[IB_COLUMN_IMPL] = "implementation";
    group->heads[IB_COLUMN_RESIDENCY] = "residency";
    group->heads[IB_COLUMN_MACHINE] = IB_MACHINE_SUBJECT;
    group->heads[IB_COLUMN_TIME] = ib_arena_print(arena, "%s/epoch", group_unit(group, &unit_ns));
    group->heads[IB_COLUMN_STEP] = "per step";
    group->heads[IB_COLUMN_INTERVAL] = "95 % interval";
    group->heads[IB_COLUMN_RATIO] = "ratio";
    group->heads[IB_COLUMN_LIMIT] = "of limit";
    group->heads[IB_COLUMN_INSTRUCTIONS] = "instructions";
    group->heads[IB_COLUMN_SCORE] = ib_metrics[ib_metric_of_task(group->rows[0].record->task)]->label;
    group->heads[IB_COLUMN_SKILL] = "skill";
    group->heads[IB_COLUMN_CONVERGENCE] = "convergence";
    group->heads[IB_COLUMN_VERDICT] = "verdict";
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
    }
}

static const char *group_facts(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *facts = ib_arena_print(
        arena,
        "%" PRIu64 " training rows × %" PRIu64 " columns, %" PRIu64 " test rows, %" PRIu64 " epochs, lr %.6g",
        c->rows, c->cols, c->test_rows, c->epochs, ib_case_record_number(c, IB_AXIS_LR));
    if (c->steps > 1)
        facts = ib_arena_print(arena, "%s, batches of %s (%" PRIu64 " steps per epoch)", facts,
                               c->axis[IB_AXIS_BATCH], c->steps);
    if (c->axis[IB_AXIS_INIT])
        facts = ib_arena_print(arena, "%s, %s initial weights", facts, c->axis[IB_AXIS_INIT]);
    if (c->axis[IB_AXIS_SEED])
        facts = ib_arena_print(arena, "%s, seed %s", facts, c->axis[IB_AXIS_SEED]);
    return facts;
}

/* Sorts the ranked rows, and sets how far they are behind the fastest. */
static void rank_rows(struct ib_arena *arena, struct ib_summary_group *group)
{
    const size_t n = group->n_ranked;
    struct ib_standing *standings = ib_arena_alloc(arena, (n + 1) * sizeof *standings);
    for (size_t i = 0; i < n; i++)
        standings[i].record = group->rows[i].record;
    group->n_first = ib_rank(standings, n);
    for (size_t i = 0; i < n; i++) {
        fill_row(standings[i].record, &group->rows[i]);
        group->rows[i].behind = standings[i].behind;
    }
}

static void fill_group(struct ib_arena *arena, const struct ib_summary *summary,
                       struct ib_summary_group *group)
{
    qsort(group->rows, group->n, sizeof *group->rows, reading_order);
    while (group->n_ranked < group->n && group->rows[group->n_ranked].ranked)
        group->n_ranked++;
    rank_rows(arena, group);
    choose_columns(summary->run, group);
    fill_heads(arena, group);
    for (size_t i = 0; i < group->n; i++)
        fill_cells(arena, group, &group->rows[i]);
    ib_summary_energy(arena, group);
    group->facts = group_facts(arena, group->rows[0].record);
    ib_summary_answer(arena, group);
    group->notes = ib_summary_notes(arena, group, !summary->disturbance);
}

/* ---- grouping, in the order of first cases ---- */

static struct ib_summary_section *section_of(struct ib_summary *summary, const struct ib_case_record *c)
{
    const char *model = c->axis[IB_AXIS_MODEL], *dataset = c->axis[IB_AXIS_DATASET];
    struct ib_summary_section *s = summary->sections;
    while (s < summary->sections + summary->n &&
           (strcmp(s->model, model) != 0 || strcmp(s->dataset, dataset) != 0))
        s++;
    if (s == summary->sections + summary->n) {
        *s = (struct ib_summary_section){.model = model, .dataset = dataset};
        summary->n++;
    }
    return s;
}

/* The cases of a problem, which all belong to one section. */
static void add_group(struct ib_arena *arena, struct ib_summary_section *s,
                      const struct ib_problem_cases *problem, const struct ib_loss_group *loss_group)
{
    s->groups = ib_arena_grow(arena, s->groups, sizeof *s->groups, s->n, &s->capacity);
    struct ib_summary_group *group = &s->groups[s->n++];
    *group = (struct ib_summary_group){.title = problem->cases[0]->problem,
                                       .loss_group = loss_group,
                                       .rows = ib_arena_alloc(arena, problem->n * sizeof *group->rows),
                                       .n = problem->n};
    for (size_t i = 0; i < problem->n; i++)
        fill_row(problem->cases[i], &group->rows[i]);
}

/* Loss groups are in the order of the problems, of which some have none. */
static void add_groups(struct ib_arena *arena, const struct ib_run_record *run, struct ib_summary *out)
{
    const struct ib_problems problems = ib_problems_of(arena, run);
    const struct ib_loss_group *next = out->derived.loss_groups, *end = next + out->derived.n_loss_groups;
    for (const struct ib_problem_cases *p = problems.list; p < problems.list + problems.n; p++) {
        const bool has_losses = next < end && strcmp(next->problem, p->cases[0]->problem) == 0;
        add_group(arena, section_of(out, p->cases[0]), p, has_losses ? next : NULL);
        next += has_losses ? 1 : 0;
    }
}

void ib_summary_build(struct ib_arena *arena, const struct ib_run_record *run, struct ib_summary *out)
{
    *out = (struct ib_summary){.run = run,
                               .title = run->name,
                               .facts = ib_summary_run_facts(arena, run),
                               .origin = ib_summary_origin(arena, run),
                               .counts = ib_summary_counts(arena, run),
                               .disturbance = ib_summary_disturbance(arena, run),
                               .looks = ib_looks_of(arena, run),
                               .sections = ib_arena_alloc(arena, run->n * sizeof *out->sections)};
    ib_derive(arena, run, &out->derived);
    add_groups(arena, run, out);
    for (size_t s = 0; s < out->n; s++) {
        for (size_t g = 0; g < out->sections[s].n; g++)
            fill_group(arena, out, &out->sections[s].groups[g]);
        ib_seed_groups_find(arena, &out->sections[s]);
    }
    ib_summary_find_faults(arena, run, out);
}
