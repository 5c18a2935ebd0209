#include "report/group_words.h"

#include "report/format.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

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

const char *ib_summary_cell(struct ib_arena *arena, const struct ib_summary_group *group,
                            const struct ib_summary_row *row, enum ib_summary_column column)
{
    double unit_ns;
    const struct ib_case_record *c = row->record;
    switch (column) {
    case IB_COLUMN_IMPL:
        return c->label;
    case IB_COLUMN_RESIDENCY:
        return ib_word_of(ib_residency_words, (int)c->residency);
    case IB_COLUMN_MACHINE:
        return ib_or_dash(c->machine);
    case IB_COLUMN_TIME:
        group_unit(group, &unit_ns);
        return ib_format_digits(arena, row->time_ns / unit_ns);
    case IB_COLUMN_STEP:
        return ib_format_duration(arena, row->time_ns / (double)c->steps);
    case IB_COLUMN_INTERVAL:
        group_unit(group, &unit_ns);
        return interval(arena, row, unit_ns);
    case IB_COLUMN_RATIO:
        return ratio(arena, row);
    case IB_COLUMN_LIMIT:
        return ib_format_share(arena, c->limit_share);
    case IB_COLUMN_ENERGY:
    case IB_COLUMN_ENERGY_TO_LOSS:
        return ib_summary_energy_cell(arena, group, row, column);
    case IB_COLUMN_INSTRUCTIONS:
        return ib_format_rounded(arena, ib_instructions_of_epoch(&c->check.instructions));
    case IB_COLUMN_SCORE:
        return score(arena, c);
    case IB_COLUMN_SKILL:
        return skill(arena, c);
    case IB_COLUMN_CONVERGENCE:
        return c->check.convergence ? ib_word_of(ib_convergence_words, (int)c->check.convergence) : IB_DASH;
    case IB_COLUMN_VERDICT:
        return verdict(arena, c);
    case IB_COLUMN_COUNT:
        break;
    }
    return IB_DASH;
}

const char *ib_summary_head(struct ib_arena *arena, const struct ib_summary_group *group,
                            enum ib_summary_column column)
{
    static const char *const heads[IB_COLUMN_COUNT] = {[IB_COLUMN_IMPL] = "implementation",
                                                       [IB_COLUMN_RESIDENCY] = "residency",
                                                       [IB_COLUMN_MACHINE] = IB_MACHINE_SUBJECT,
                                                       [IB_COLUMN_STEP] = "per step",
                                                       [IB_COLUMN_INTERVAL] = "95 % interval",
                                                       [IB_COLUMN_RATIO] = "ratio",
                                                       [IB_COLUMN_LIMIT] = "of limit",
                                                       [IB_COLUMN_INSTRUCTIONS] = "instructions",
                                                       [IB_COLUMN_SKILL] = "skill",
                                                       [IB_COLUMN_CONVERGENCE] = "convergence",
                                                       [IB_COLUMN_VERDICT] = "verdict"};
    double unit_ns;
    if (column == IB_COLUMN_TIME)
        return ib_arena_print(arena, "%s/epoch", group_unit(group, &unit_ns));
    if (column == IB_COLUMN_SCORE)
        return ib_metrics[ib_metric_of_task(group->rows[0].record->task)]->label;
    return heads[column] ? heads[column] : ib_summary_energy_head(arena, group, column);
}

const char *ib_summary_facts(struct ib_arena *arena, const struct ib_summary_group *group)
{
    const struct ib_case_record *c = group->rows[0].record;
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
