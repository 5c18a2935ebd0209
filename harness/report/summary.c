#include "report/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING "–"

const json_t *ib_summary_member(const json_t *object, const char *name)
{
    for (const char *dot; object && (dot = strchr(name, '.')); name = dot + 1)
        object = json_object_getn(object, name, (size_t)(dot - name));
    return json_object_get(object, name);
}

const char *ib_summary_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(ib_summary_member(object, name));
    return text ? text : NOTHING;
}

double ib_summary_number(const json_t *object, const char *name)
{
    const json_t *value = ib_summary_member(object, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

const char *ib_summary_digits(struct ib_arena *arena, double value)
{
    if (isnan(value))
        return NOTHING;
    double size = fabs(value);
    int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return ib_arena_print(arena, "%.*f", decimals, value);
}

static const struct unit {
    const char *name;
    double ns;
} units[] = {{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}};
enum { UNIT_COUNT = sizeof units / sizeof *units };

/* The largest unit that leaves a 1 before the point. */
static const struct unit *unit_for(double ns)
{
    const struct unit *unit = units;
    while (unit < units + UNIT_COUNT - 1 && ns >= unit[1].ns)
        unit++;
    return unit;
}

const char *ib_summary_duration(struct ib_arena *arena, double ns)
{
    if (isnan(ns))
        return NOTHING;
    const struct unit *unit = unit_for(ns);
    return ib_arena_print(arena, "%s %s", ib_summary_digits(arena, ns / unit->ns), unit->name);
}

/* ---- a group's table ---- */

static void fill_row(const json_t *c, size_t position, struct ib_summary_row *row)
{
    row->record = c;
    row->position = position;
    row->name = ib_summary_text(c, "name");
    row->time_ns = ib_summary_number(c, "time.epoch_ns.median");
    row->low_ns = ib_summary_number(c, "time.epoch_ns.ci_low");
    row->high_ns = ib_summary_number(c, "time.epoch_ns.ci_high");
    row->ranked = json_is_true(ib_summary_member(c, "ranked")) && !isnan(row->time_ns);
}

/* Ranked by time; then the right ones that cannot be ranked; then the rest; each in the order of the plan. */
static int reading_order(const void *left, const void *right)
{
    const struct ib_summary_row *a = left, *b = right;
    if (a->ranked != b->ranked)
        return a->ranked ? -1 : 1;
    if (a->ranked && a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns ? -1 : 1;
    bool a_right = strcmp(ib_summary_text(a->record, "verify.verdict"), "ok") == 0;
    bool b_right = strcmp(ib_summary_text(b->record, "verify.verdict"), "ok") == 0;
    if (!a->ranked && a_right != b_right)
        return a_right ? -1 : 1;
    return a->position < b->position ? -1 : 1;
}

/* The unit of a group's times: that of its shortest. */
static const struct unit *group_unit(const struct ib_summary_group *group)
{
    double shortest = INFINITY;
    for (size_t i = 0; i < group->n; i++)
        shortest = fmin(shortest, group->rows[i].time_ns); /* skips NaN */
    return unit_for(isfinite(shortest) ? shortest : units[1].ns);
}

static bool is_regression(const json_t *c)
{
    return strcmp(ib_summary_text(c, "task"), "regression") == 0;
}

static const char *score(struct ib_arena *arena, const json_t *c)
{
    double value = ib_summary_number(c, is_regression(c) ? "metrics.rmse" : "metrics.accuracy");
    if (isnan(value))
        return NOTHING;
    return is_regression(c) ? ib_arena_print(arena, "%.5g", value)
                            : ib_arena_print(arena, "%.1f %%", 100 * value);
}

/* Rounded here, so that no "-0.000" is printed. */
static const char *skill(struct ib_arena *arena, const json_t *c)
{
    double value = ib_summary_number(c, "metrics.skill");
    return isnan(value) ? NOTHING : ib_arena_print(arena, "%.3f", round(1000 * value) / 1000 + 0.0);
}

static const char *interval(struct ib_arena *arena, const struct ib_summary_row *row, const struct unit *unit)
{
    if (isnan(row->low_ns) || isnan(row->high_ns))
        return NOTHING;
    return ib_arena_print(arena, "[%s, %s]", ib_summary_digits(arena, row->low_ns / unit->ns),
                          ib_summary_digits(arena, row->high_ns / unit->ns));
}

static const char *ratio(struct ib_arena *arena, const struct ib_summary_row *row,
                         const struct ib_summary_group *group)
{
    if (!row->ranked)
        return NOTHING;
    return ib_arena_print(arena, "%s×", ib_summary_digits(arena, row->time_ns / group->rows[0].time_ns));
}

static void fill_cells(struct ib_arena *arena, const struct ib_summary_group *group,
                       struct ib_summary_row *row)
{
    const struct unit *unit = group_unit(group);
    const json_t *c = row->record;
    row->cells[IB_COLUMN_IMPL] = ib_summary_text(c, "label");
    row->cells[IB_COLUMN_RESIDENCY] = ib_summary_text(c, "residency");
    row->cells[IB_COLUMN_TIME] = ib_summary_digits(arena, row->time_ns / unit->ns);
    row->cells[IB_COLUMN_INTERVAL] = interval(arena, row, unit);
    row->cells[IB_COLUMN_RATIO] = ratio(arena, row, group);
    row->cells[IB_COLUMN_SCORE] = score(arena, c);
    row->cells[IB_COLUMN_SKILL] = skill(arena, c);
    row->cells[IB_COLUMN_CONVERGENCE] = ib_summary_text(c, "convergence");
    row->cells[IB_COLUMN_VERDICT] = ib_summary_verdict(c);
}

static void fill_heads(struct ib_arena *arena, struct ib_summary_group *group)
{
    group->heads[IB_COLUMN_IMPL] = "implementation";
    group->heads[IB_COLUMN_RESIDENCY] = "residency";
    group->heads[IB_COLUMN_TIME] = ib_arena_print(arena, "%s/epoch", group_unit(group)->name);
    group->heads[IB_COLUMN_INTERVAL] = "95 % interval";
    group->heads[IB_COLUMN_RATIO] = "ratio";
    group->heads[IB_COLUMN_SCORE] = is_regression(group->rows[0].record) ? "RMSE" : "accuracy";
    group->heads[IB_COLUMN_SKILL] = "skill";
    group->heads[IB_COLUMN_CONVERGENCE] = "convergence";
    group->heads[IB_COLUMN_VERDICT] = "verdict";
}

static json_int_t whole(const json_t *object, const char *name)
{
    return json_integer_value(ib_summary_member(object, name));
}

static const char *group_facts(struct ib_arena *arena, const json_t *c)
{
    const char *facts = ib_arena_print(
        arena, "%lld × %lld training rows, %lld test rows, %lld epochs, lr %.6g", whole(c, "rows"),
        whole(c, "cols"), whole(c, "test_rows"), whole(c, "epochs"), ib_summary_number(c, "lr"));
    if (json_is_integer(ib_summary_member(c, "seed")))
        facts = ib_arena_print(arena, "%s, %s start from seed %lld", facts, ib_summary_text(c, "init"),
                               whole(c, "seed"));
    return facts;
}

static void fill_group(struct ib_arena *arena, struct ib_summary_group *group)
{
    qsort(group->rows, group->n, sizeof *group->rows, reading_order);
    while (group->n_ranked < group->n && group->rows[group->n_ranked].ranked)
        group->n_ranked++;
    for (size_t i = 0; i < group->n_ranked; i++)
        group->rows[i].behind = ib_paired_ratio(group->rows[i].record, group->rows[0].record);
    fill_heads(arena, group);
    for (size_t i = 0; i < group->n; i++)
        fill_cells(arena, group, &group->rows[i]);
    group->facts = group_facts(arena, group->rows[0].record);
    ib_summary_answer(arena, group);
    group->notes = ib_summary_notes(arena, group);
}

/* ---- grouping: each in the order of its first case ---- */

static struct ib_summary_section *section_of(struct ib_summary *summary, const json_t *c)
{
    const char *model = ib_summary_text(c, "model"), *dataset = ib_summary_text(c, "dataset");
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

static struct ib_summary_group *group_of(struct ib_arena *arena, struct ib_summary_section *s,
                                         const json_t *c, size_t n_cases)
{
    const char *problem = ib_summary_text(c, "problem");
    if (!s->groups)
        s->groups = ib_arena_alloc(arena, n_cases * sizeof *s->groups);
    struct ib_summary_group *group = s->groups;
    while (group < s->groups + s->n && strcmp(group->title, problem) != 0)
        group++;
    if (group == s->groups + s->n) {
        *group = (struct ib_summary_group){.title = problem};
        s->n++;
    }
    return group;
}

void ib_summary_build(struct ib_arena *arena, const json_t *record, struct ib_summary *out)
{
    const json_t *run = json_object_get(record, "run"), *cases = json_object_get(record, "cases");
    size_t n_cases = json_array_size(cases);
    *out = (struct ib_summary){.title = ib_summary_text(run, "name"),
                               .facts = ib_summary_run_facts(arena, run),
                               .counts = ib_summary_counts(arena, cases),
                               .sections = ib_arena_alloc(arena, n_cases * sizeof *out->sections)};
    for (size_t i = 0; i < n_cases; i++) {
        const json_t *c = json_array_get(cases, i);
        struct ib_summary_group *group = group_of(arena, section_of(out, c), c, n_cases);
        if (!group->rows)
            group->rows = ib_arena_alloc(arena, n_cases * sizeof *group->rows);
        fill_row(c, i, &group->rows[group->n++]);
    }
    for (size_t s = 0; s < out->n; s++) {
        for (size_t g = 0; g < out->sections[s].n; g++)
            fill_group(arena, &out->sections[s].groups[g]);
        ib_families_find(arena, &out->sections[s]);
    }
    ib_summary_find_faults(arena, cases, out);
}
