/* The energy of a group's cases: two columns, and why it is unknown. */
#include "report/summary.h"

#include "analysis/energy_to_loss.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

static const struct ib_loss_entry *entry_of(const struct ib_summary_group *group,
                                            const struct ib_case_record *c)
{
    for (size_t i = 0; group->loss_group && i < group->loss_group->n; i++)
        if (group->loss_group->entries[i].record == c)
            return &group->loss_group->entries[i];
    return NULL;
}

/* The joules of a row in one of the columns. */
static double joules_of(const struct ib_summary_group *group, const struct ib_summary_row *row,
                        enum ib_summary_column column)
{
    const struct ib_case_record *c = row->record;
    return column == IB_COLUMN_ENERGY ? c->energy.epoch_j : ib_energy_to_loss(c, entry_of(group, c)).joules;
}

/* The unit of a column, chosen for the least energy; *unit_j: its joules. */
static const char *unit_of(const struct ib_summary_group *group, enum ib_summary_column column,
                           double *unit_j)
{
    double least = INFINITY;
    for (size_t i = 0; i < group->n; i++)
        least = fmin(least, joules_of(group, &group->rows[i], column)); /* skips NaN */
    return ib_unit_of_joules(isfinite(least) ? least : 1, unit_j);
}

const char *ib_summary_energy_head(struct ib_arena *arena, const struct ib_summary_group *group,
                                   enum ib_summary_column column)
{
    double unit_j;
    const char *unit = unit_of(group, column, &unit_j);
    return ib_arena_print(arena, column == IB_COLUMN_ENERGY ? "%s/epoch" : "%s to 99 %%", unit);
}

const char *ib_summary_energy_cell(struct ib_arena *arena, const struct ib_summary_group *group,
                                   const struct ib_summary_row *row, enum ib_summary_column column)
{
    double unit_j;
    unit_of(group, column, &unit_j);
    return ib_format_digits(arena, joules_of(group, row, column) / unit_j);
}

/* ---- why it is unknown ---- */

static bool has_reason(const struct ib_summary_group *group, size_t i, const char *reason)
{
    const char *own = group->rows[i].record->energy.reason;
    return own && strcmp(own, reason) == 0;
}

/* The rows from i on with the reason of row i; NULL if an earlier one has it. */
static const char *names_with(struct ib_arena *arena, const struct ib_summary_group *group, size_t i)
{
    const char *reason = group->rows[i].record->energy.reason, *names = group->rows[i].name;
    for (size_t j = 0; j < i; j++)
        if (has_reason(group, j, reason))
            return NULL;
    for (size_t j = i + 1; j < group->n; j++)
        if (has_reason(group, j, reason))
            names = ib_arena_print(arena, "%s, %s", names, group->rows[j].name);
    return names;
}

const char *ib_summary_energy_note(struct ib_arena *arena, const struct ib_summary_group *group)
{
    const char *note = NULL;
    for (size_t i = 0; i < group->n; i++) {
        const char *reason = group->rows[i].record->energy.reason;
        const char *names = reason ? names_with(arena, group, i) : NULL;
        if (names)
            note = ib_arena_print(arena, "%s%s: %s", note ? note : "Energy unknown: ",
                                  note ? ib_arena_print(arena, "; %s", names) : names, reason);
    }
    return note ? ib_arena_print(arena, "%s.", note) : NULL;
}
