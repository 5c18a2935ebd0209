#include "report/compare_report.h"

#include "report/format.h"

#include <math.h>
#include <string.h>

const char *ib_ratio_words(struct ib_arena *arena, const struct ib_speed *speed)
{
    if (isnan(speed->ratio))
        return IB_DASH;
    return isnan(speed->low) || isnan(speed->high)
               ? ib_arena_print(arena, "%.3f", speed->ratio)
               : ib_arena_print(arena, "%.3f [%.3f, %.3f]", speed->ratio, speed->low, speed->high);
}

/* ---- what was compared ---- */

static void add_machines(struct ib_doc *doc, const struct ib_text_differences *differences)
{
    if (!differences->n) {
        ib_doc_paragraph(doc,
                         "Machine, compiler, libraries and ironbench version are the same in both runs.");
        return;
    }
    ib_doc_paragraph(doc, "The runs were made under different conditions:");
    ib_doc_table(doc, "www", (const char *[]){"condition", "old", "new"});
    for (size_t i = 0; i < differences->n; i++) {
        const struct ib_text_difference *d = &differences->list[i];
        ib_doc_row(doc, (const char *[]){d->name, d->old ? d->old : "unknown", d->new ? d->new : "unknown"});
    }
}

static void add_libraries(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    const char *last = "";
    for (size_t i = 0; i < comparison->n; i++) {
        const struct ib_compared_case *c = &comparison->cases[i];
        if (strcmp(c->old_libraries, c->new_libraries) == 0)
            continue;
        const char *words = ib_arena_print(doc->arena, "Libraries of %s: old %s, new %s.", c->new_case->name,
                                           c->old_libraries, c->new_libraries);
        if (strcmp(words, last) != 0)
            ib_doc_paragraph(doc, words);
        last = words;
    }
}

static void add_disturbances(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    const struct ib_disturbance old = ib_run_record_disturbance(comparison->old_run),
                                new = ib_run_record_disturbance(comparison->new_run);
    if (old.disturbed || new.disturbed)
        ib_doc_paragraph(doc,
                         ib_arena_print(doc->arena,
                                        "Samples disturbed by other work on the machine: %zu of %zu in the "
                                        "old run, %zu of %zu in the new one. Where over a third of a case's "
                                        "were, only a large difference is told.",
                                        old.disturbed, old.judged, new.disturbed, new.judged));
}

static void add_header(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_run_record *old = comparison->old_run, *new = comparison->new_run;
    ib_doc_heading(doc, 2,
                   ib_arena_print(arena, "New run %s of %s compared with old run %s of %s", new->name,
                                  new->started, old->name, old->started));
    if (comparison->same_run)
        ib_doc_paragraph(doc, "OLD and NEW are the same run: nothing can differ.");
    add_machines(doc, &comparison->differences);
    add_libraries(doc, comparison);
    ib_doc_paragraph(
        doc,
        ib_arena_print(arena,
                       "Ratios are new over old medians, with 95 %% intervals that allow for correlation "
                       "between rounds. The runs were not interleaved, so the intervals do not cover the "
                       "machine's drift between them: changes within %s count as none.",
                       ib_format_share(arena, comparison->margin)));
    if (comparison->machines)
        ib_doc_paragraph(doc, "A case is compared with the same case on the same machine only.");
    add_disturbances(doc, comparison);
}

/* ---- case by case ---- */

enum { MACHINE_COLUMN = 2, CASE_COLUMNS = 9 };

static const char *answer_words(struct ib_arena *arena, const struct ib_compared_case *c)
{
    const char *old = ib_answer_word(c->old_case->status, c->old_case->check.verdict),
               *new = ib_answer_word(c->new_case->status, c->new_case->check.verdict);
    return strcmp(old, new) == 0 ? new : ib_arena_print(arena, "%s → %s", old, new);
}

/* The cells in the columns that are shown: without the machine, the third, if there is one. */
static const char *const *shown(const struct ib_comparison *comparison, const char *cells[CASE_COLUMNS])
{
    if (!comparison->machines)
        memmove(cells + MACHINE_COLUMN, cells + MACHINE_COLUMN + 1,
                (CASE_COLUMNS - MACHINE_COLUMN - 1) * sizeof *cells);
    return cells;
}

static void add_case(struct ib_doc *doc, const struct ib_comparison *comparison,
                     const struct ib_compared_case *c)
{
    struct ib_arena *arena = doc->arena;
    const double needed = c->speed.needed;
    const char *rounds = isnan(needed) ? "" : ib_format_count(arena, needed);
    ib_doc_row(doc,
               shown(comparison, (const char *[]){c->new_case->problem, c->new_case->name,
                                                  ib_or_dash(c->new_case->machine),
                                                  ib_format_duration(arena, c->old_case->epoch_ns.median),
                                                  ib_format_duration(arena, c->new_case->epoch_ns.median),
                                                  ib_ratio_words(arena, &c->speed),
                                                  ib_word_of(ib_speed_words, (int)c->speed.verdict), rounds,
                                                  answer_words(arena, c)}));
}

static bool has_reason(const struct ib_compared_case *c, const char *reason)
{
    return c->speed.reason && strcmp(c->speed.reason, reason) == 0;
}

/* Why the verdict of some cases is AMBIGUOUS: each reason once, with the number of its cases. */
static void add_reasons(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    for (size_t i = 0; i < comparison->n; i++) {
        const char *reason = comparison->cases[i].speed.reason;
        size_t first = 0, count = 0;
        while (reason && !has_reason(&comparison->cases[first], reason))
            first++;
        for (size_t k = i; k < comparison->n && reason && first == i; k++)
            count += has_reason(&comparison->cases[k], reason) ? 1 : 0;
        if (count)
            ib_doc_paragraph(doc, ib_arena_print(doc->arena, "AMBIGUOUS in %zu case%s: %s.", count,
                                                 ib_plural(count), reason));
    }
}

static void add_cases(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    if (!comparison->n) {
        ib_doc_paragraph(doc, "The runs have no case in common.");
        return;
    }
    ib_doc_table(doc, comparison->machines ? "wwwrrrwrw" : "wwrrrwrw",
                 shown(comparison, (const char *[]){"problem", "case", IB_MACHINE_SUBJECT, "old", "new",
                                                    "ratio", "speed", "rounds needed", "answer"}));
    for (size_t i = 0; i < comparison->n; i++)
        add_case(doc, comparison, &comparison->cases[i]);
    add_reasons(doc, comparison);
}

/* Adds a line for each case whose metrics differ, or with `copies`, whose copies differ. */
static void add_differences(struct ib_doc *doc, const struct ib_comparison *comparison, bool copies,
                            const char *heading, const char *none)
{
    bool any = false;
    for (size_t i = 0; i < comparison->n; i++) {
        const struct ib_compared_case *c = &comparison->cases[i];
        const struct ib_differences *differences = copies ? &c->copies : &c->metrics;
        if (!differences->n)
            continue;
        if (!any)
            ib_doc_heading(doc, 2, heading);
        any = true;
        ib_doc_paragraph(doc,
                         ib_arena_print(doc->arena, "%s, %s: %s", c->new_case->problem, c->new_case->name,
                                        ib_difference_words(doc->arena, differences)));
    }
    if (!any)
        ib_doc_paragraph(doc, none);
}

static void add_memory(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    struct ib_arena *arena = doc->arena;
    bool any = false;
    for (size_t i = 0; i < comparison->n; i++)
        for (int k = IB_COST_MEMORY; k < IB_COST_COUNT; k++) {
            const struct ib_compared_case *c = &comparison->cases[i];
            const struct ib_cost_change *change = &c->costs[k];
            if (!(fabs(change->new - change->old) > change->tolerated))
                continue;
            if (!any)
                ib_doc_heading(doc, 2, "Memory that differs");
            any = true;
            ib_doc_paragraph(doc, ib_arena_print(arena, "%s, %s: %s %s → %s", c->new_case->problem,
                                                 c->new_case->name, ib_cost_names[k],
                                                 ib_format_bytes(arena, change->old),
                                                 ib_format_bytes(arena, change->new)));
        }
}

static void add_only(struct ib_doc *doc, const struct ib_case_list *cases, const char *heading)
{
    if (cases->n)
        ib_doc_heading(doc, 2, heading);
    for (size_t i = 0; i < cases->n; i++)
        ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s, %s (%s)", cases->list[i]->problem,
                                             cases->list[i]->name, cases->list[i]->id));
}

void ib_compare_page(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    add_header(doc, comparison);
    add_cases(doc, comparison);
    if (comparison->n) {
        add_differences(doc, comparison, false, "Answers that differ", "Metrics are the same in both runs.");
        add_differences(doc, comparison, true, "Copies that differ", "Copies are the same in both runs.");
        add_memory(doc, comparison);
    }
    add_only(doc, &comparison->only_old, "Only in the old run");
    add_only(doc, &comparison->only_new, "Only in the new run");
}
