#include "report/time_to_loss_section.h"

#include "report/format.h"
#include "report/summary.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = IB_LOSS_TARGET_COUNT + 2 };

/* "90 %: 0.512" */
static const char *head_text(struct ib_arena *arena, const struct ib_loss_group *group, int target)
{
    return ib_arena_print(arena, "%.4g %%: %.5g", 100 * ib_loss_target_shares[target],
                          group->targets.loss[target]);
}

/* "1.23 ms [1.20, 1.26]", "1.23 ms (self-reported)" */
static const char *time_text(struct ib_arena *arena, const struct ib_time_to *at)
{
    double unit_ns;
    if (isnan(at->epoch))
        return "not reached";
    ib_unit_of_ns(at->seconds * 1e9, &unit_ns);
    const char *text = ib_format_duration(arena, at->seconds * 1e9);
    if (at->by == IB_BY_ITSELF)
        return ib_arena_print(arena, "%s (self-reported)", text);
    return isnan(at->low) || isnan(at->high)
               ? text
               : ib_arena_print(arena, "%s [%s, %s]", text, ib_format_digits(arena, at->low * 1e9 / unit_ns),
                                ib_format_digits(arena, at->high * 1e9 / unit_ns));
}

static void add_row(struct ib_doc *doc, const struct ib_loss_entry *entry)
{
    const char *cells[COLUMNS] = {entry->record->name};
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        cells[1 + t] = time_text(doc->arena, &entry->at[t]);
    cells[COLUMNS - 1] = ib_summary_verdict(entry->record);
    ib_doc_row(doc, cells)[COLUMNS - 1].style = ib_summary_verdict_style(cells[COLUMNS - 1]);
}

static bool has(const struct ib_loss_group *group, enum ib_time_by by)
{
    for (size_t i = 0; i < group->n; i++)
        for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
            if (group->entries[i].at[t].by == by)
                return true;
    return false;
}

static const char *caption(struct ib_arena *arena, const struct ib_loss_group *group)
{
    return ib_arena_print(
        arena,
        "Time until the loss has made this share of its improvement from %.5g to %.5g (the lowest loss of a "
        "verified training), with its 95 %% interval.%s%s",
        group->targets.first, group->targets.lowest,
        has(group, IB_BY_STOPS)
            ? " Another algorithm is trained until the parameters that it returns reach that loss."
            : "",
        has(group, IB_BY_ITSELF)
            ? " Self-reported: losses and seconds are as the other algorithm reports them."
            : "");
}

/* Adds the reasons why losses are not reached; equal reasons once. */
static void add_reasons(struct ib_doc *doc, const struct ib_loss_entry *entry)
{
    const char *before = NULL;
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++) {
        const char *reason = entry->at[t].reason;
        if (reason && !(before && strcmp(before, reason) == 0))
            ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s, %.4g %%: %s.", entry->record->name,
                                                 100 * ib_loss_target_shares[t], reason));
        before = reason;
    }
}

void ib_time_to_section(struct ib_doc *doc, const struct ib_loss_group *group)
{
    if (!group)
        return;
    const char *heads[COLUMNS] = {"implementation", [COLUMNS - 1] = "verdict"};
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        heads[1 + t] = head_text(doc->arena, group, t);
    ib_doc_paragraph(doc, caption(doc->arena, group));
    ib_doc_table(doc, "nrrrw", heads);
    for (size_t i = 0; i < group->n; i++)
        add_row(doc, &group->entries[i]);
    for (size_t i = 0; i < group->n; i++)
        add_reasons(doc, &group->entries[i]);
}
