#include "report/compare_report.h"

#include "report/compare_cases.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

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

/* "3 of 120", "unknown" */
static const char *disturbed_words(struct ib_arena *arena, const struct ib_run_record *run)
{
    const struct ib_disturbance d = ib_run_record_disturbance(run);
    return d.judged ? ib_arena_print(arena, "%zu of %zu samples (%s)", d.disturbed, d.judged,
                                     ib_format_share(arena, (double)d.disturbed / (double)d.judged))
                    : "unknown";
}

static void add_disturbances(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    ib_doc_paragraph(doc,
                     ib_arena_print(doc->arena,
                                    "Disturbed by other work on the machine: %s in the old run, %s in the "
                                    "new one. Where over a third of a case's samples were, only a large "
                                    "difference is told.",
                                    disturbed_words(doc->arena, comparison->old_run),
                                    disturbed_words(doc->arena, comparison->new_run)));
}

static void add_conditions(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    add_machines(doc, &comparison->differences);
    add_libraries(doc, comparison);
    ib_doc_paragraph(
        doc,
        ib_arena_print(doc->arena,
                       "Ratios are new over old medians, with 95 %% intervals that allow for correlation "
                       "between rounds. The runs were not interleaved, so the intervals do not cover the "
                       "machine's drift between them: changes within %s count as none.",
                       ib_format_share(doc->arena, comparison->margin)));
    if (comparison->machines)
        ib_doc_paragraph(doc, "A case is compared with the same case on the same machine only.");
    add_disturbances(doc, comparison);
}

static void add_header(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    const struct ib_run_record *old = comparison->old_run, *new = comparison->new_run;
    ib_doc_heading(doc, 1,
                   ib_arena_print(doc->arena, "New run %s of %s compared with old run %s of %s", new->name,
                                  new->started, old->name, old->started));
    if (comparison->same_run)
        ib_doc_paragraph(doc, "OLD and NEW are the same run: nothing can differ.");
    if (comparison->n)
        ib_compare_counts(doc, comparison);
    add_conditions(doc, comparison);
}

/* ---- what differs besides speed ---- */

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

static void add_costs(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    struct ib_arena *arena = doc->arena;
    bool any = false;
    for (size_t i = 0; i < comparison->n; i++)
        for (enum ib_cost k = IB_COST_MEMORY; k < IB_COST_COUNT; k++) {
            char old[32], new[32];
            const struct ib_compared_case *c = &comparison->cases[i];
            const struct ib_cost_change *change = &c->costs[k];
            if (!(fabs(change->new - change->old) > change->tolerated))
                continue;
            if (!any)
                ib_doc_heading(doc, 2, "Memory or instructions that differ");
            any = true;
            ib_doc_paragraph(doc, ib_arena_print(arena, "%s, %s: %s %s → %s", c->new_case->problem,
                                                 c->new_case->name, ib_cost_names[k],
                                                 ib_cost_print(k, change->old, old, sizeof old),
                                                 ib_cost_print(k, change->new, new, sizeof new)));
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
    ib_compare_cases(doc, comparison);
    if (comparison->n) {
        add_differences(doc, comparison, false, "Answers that differ", "Metrics are the same in both runs.");
        add_differences(doc, comparison, true, "Copies that differ", "Copies are the same in both runs.");
        add_costs(doc, comparison);
    }
    add_only(doc, &comparison->only_old, "Only in the old run");
    add_only(doc, &comparison->only_new, "Only in the new run");
}
