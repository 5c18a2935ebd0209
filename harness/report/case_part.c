#include "report/case_part.h"

#include "report/case_details.h"
#include "report/explain.h"
#include "report/format.h"
#include "report/repro_command.h"
#include "report/summary.h"

#include <inttypes.h>
#include <math.h>

/* With more cases than that, a page leaves out what `explain` shows of a case. */
enum { MANY_CASES = 500, SAMPLES_SHOWN = 100 };

const char *ib_case_anchor(struct ib_arena *arena, const struct ib_summary_row *row)
{
    return ib_arena_print(arena, "case-%zu", row->position + 1);
}

static void add_samples(struct ib_doc *doc, const struct ib_case_record *c)
{
    if (isnan(c->epoch_ns.median))
        return;
    ib_doc_paragraph(doc, "Time per epoch in each round; rounds that other work disturbed are crossed out:");
    ib_doc_add(doc, IB_DOC_SERIES, NULL);
    for (size_t i = 0; i < c->n_rounds && i < SAMPLES_SHOWN; i++) {
        const struct ib_sample s = ib_case_record_sample(c, i);
        if (s.epoch_ns > 0)
            ib_doc_append(doc,
                          ib_arena_print(doc->arena, "%" PRIu32 ". %s", s.round,
                                         ib_format_duration(doc->arena, s.epoch_ns)),
                          s.disturbed == IB_YES ? IB_STRUCK : IB_PLAIN);
    }
    if (c->n_rounds > SAMPLES_SHOWN)
        ib_doc_add(doc, IB_DOC_NOTE,
                   ib_arena_print(doc->arena,
                                  "And %zu more, which `ironbench export DIR --format csv --samples` prints.",
                                  c->n_rounds - SAMPLES_SHOWN));
}

/* A case, and where its row stands. */
struct case_part {
    const struct ib_run_record *run;
    const struct ib_summary_group *group;
    const struct ib_summary_row *row;
    bool shipped; /* its data set is */
};

static void add_details(struct ib_doc *doc, const struct ib_run_record *run, const struct ib_case_record *c)
{
    const bool brief = run->n > MANY_CASES;
    if (brief)
        ib_doc_fact(doc, "id", c->id);
    for (const struct ib_case_detail *d = ib_case_details(doc->arena, c); d->label && !brief; d++)
        ib_doc_fact(doc, d->label, d->text);
    add_samples(doc, c);
    if (!brief)
        ib_explain_cost(doc, run, c);
}

static void add_case(struct ib_doc *doc, const void *what)
{
    const struct case_part *part = what;
    const struct ib_run_record *run = part->run;
    const struct ib_summary_group *group = part->group;
    const struct ib_summary_row *row = part->row;
    const char *verdict = ib_summary_cell(doc->arena, group, row, IB_COLUMN_VERDICT),
               *log = ib_case_record_stderr(row->record);
    ib_doc_add(doc, IB_DOC_FOLD, row->name)->id = ib_case_anchor(doc->arena, row);
    ib_doc_append(doc, group->title, IB_SOFT);
    ib_doc_append(doc, verdict, ib_summary_verdict_style(verdict));
    add_details(doc, run, row->record);
    ib_doc_paragraph(doc, "To reproduce this case:");
    ib_doc_add(doc, IB_DOC_CODE, ib_repro_command(doc->arena, run, row->record, part->shipped));
    if (log) {
        ib_doc_paragraph(doc, "The end of its output:");
        ib_doc_add(doc, IB_DOC_CODE, log);
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}

void ib_case_parts(struct ib_doc *doc, const struct ib_summary *summary,
                   const struct ib_summary_section *section)
{
    const bool shipped = ib_is_shipped(section->dataset);
    ib_doc_fold(doc, 3, NULL, "Case by case");
    if (summary->run->n > MANY_CASES)
        ib_doc_paragraph(
            doc, "Only the times of each case; `ironbench explain DIR CASE`, with its id, shows the rest.");
    for (size_t g = 0; g < section->n; g++)
        for (size_t r = 0; r < section->groups[g].n; r++) {
            struct case_part *part = ib_arena_alloc(doc->arena, sizeof *part);
            *part =
                (struct case_part){summary->run, &section->groups[g], &section->groups[g].rows[r], shipped};
            ib_doc_part(doc, add_case, part);
        }
    ib_doc_add(doc, IB_DOC_END, NULL);
}
