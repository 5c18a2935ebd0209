#include "report/run_doc.h"

#include "base/text.h"
#include "report/case_pages.h"
#include "report/case_part.h"
#include "report/glossary.h"
#include "report/overview.h"
#include "report/section_tables.h"
#include "report/seed_groups.h"
#include "report/summary.h"
#include "report/sweep_section.h"
#include "report/transfer_section.h"
#include "report/whole_process_section.h"

#include <stdint.h>
#include <string.h>

enum {
    FAULTS_SHOWN = 6, /* the rest is folded away, */
    MOST_FAULTS = 500 /* and beyond these only counted */
};

/* ---- charts ---- */

/* Whether a chart belongs to a section; with NULL, to none alone. */
static bool belongs(const struct ib_chart *chart, const struct ib_summary_section *section)
{
    const bool of_one = chart->model && chart->dataset;
    return section ? of_one && strcmp(chart->model, section->model) == 0 &&
                         strcmp(chart->dataset, section->dataset) == 0
                   : !of_one;
}

static void add_chart(struct ib_doc *doc, const struct ib_chart *chart)
{
    if (!chart->file) {
        ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s: %s.", chart->title, chart->note));
        return;
    }
    struct ib_doc_block *figure = ib_doc_add(doc, IB_DOC_FIGURE, chart->title);
    figure->file = chart->file;
    figure->svg = chart->apart ? NULL : chart->svg;
    figure->narrow = chart->apart ? NULL : chart->narrow;
    if (!chart->panel)
        ib_doc_append(doc, chart->script->caption, IB_PLAIN);
    if (chart->note)
        ib_doc_append(doc, chart->note, IB_PLAIN);
}

/* Adds the charts of a section, of each only the first panel unfolded. */
static void add_charts(struct ib_doc *doc, const struct ib_chart *charts, size_t n,
                       const struct ib_summary_section *section)
{
    bool folded = false;
    for (const struct ib_chart *chart = charts; chart < charts + n; chart++) {
        if (!belongs(chart, section))
            continue;
        if (folded != (chart->panel > 0))
            ib_doc_add(doc, folded ? IB_DOC_END : IB_DOC_FOLD, folded ? NULL : "More of this chart");
        folded = chart->panel > 0;
        add_chart(doc, chart);
    }
    if (folded)
        ib_doc_add(doc, IB_DOC_END, NULL);
}

static void add_common_charts(struct ib_doc *doc, const struct ib_chart *charts, size_t n)
{
    size_t i = 0;
    while (i < n && !belongs(&charts[i], NULL))
        i++;
    if (i == n)
        return;
    ib_doc_fold(doc, 2, "charts", "Charts over all problems");
    add_charts(doc, charts, n, NULL);
    ib_doc_add(doc, IB_DOC_END, NULL);
}

/* ---- the whole run ---- */

/* Adds the fastest case of each problem; problems that differ only in their seed are one. */
static void add_answers(struct ib_doc *doc, const struct ib_summary *summary,
                        const struct ib_summary_section *section, const char *id)
{
    for (size_t g = 0; g < section->n; g++) {
        if (section->groups[g].seed_group)
            continue;
        ib_doc_add(doc, IB_DOC_ITEM, section->groups[g].title)->texts[0].to = id;
        ib_doc_end_head(doc);
        ib_group_claim(doc, summary, &section->groups[g]);
    }
    for (size_t f = 0; f < section->n_seed_groups; f++) {
        const struct ib_seed_group *seeds = &section->seed_groups[f];
        ib_doc_add(doc, IB_DOC_ITEM, ib_seed_group_heading(doc->arena, seeds))->texts[0].to = id;
        ib_doc_end_head(doc);
        ib_doc_append(doc, ib_arena_print(doc->arena, "%s.", seeds->answer), IB_PLAIN);
    }
}

static void add_all_answers(struct ib_doc *doc, const struct ib_summary *summary)
{
    ib_doc_heading(doc, 2, "Which is fastest");
    for (size_t s = 0; s < summary->n; s++)
        add_answers(doc, summary, &summary->sections[s], ib_section_id(doc->arena, s));
}

static void add_fault(struct ib_doc *doc, const struct ib_summary_fault *f)
{
    ib_doc_add(doc, IB_DOC_ITEM, NULL);
    ib_doc_append(doc, ib_arena_print(doc->arena, "%s:", f->verdict), ib_summary_verdict_style(f->verdict));
    ib_doc_append(doc, f->name, IB_STRONG);
    ib_doc_append(doc, ib_arena_print(doc->arena, "(%s)", f->where), IB_SOFT);
    ib_doc_end_head(doc);
    ib_doc_append(doc, f->reason, IB_PLAIN);
}

/* The worst come first; with `max`, those after that many are folded away. */
static void add_faults(struct ib_doc *doc, const struct ib_summary *summary, size_t max)
{
    const size_t n_all = summary->n_faults, n = n_all < MOST_FAULTS ? n_all : MOST_FAULTS;
    if (n)
        ib_doc_heading(doc, 2, "Failed or unverified")->id = "faults";
    for (size_t i = 0; i < n; i++) {
        if (i == max)
            ib_doc_add(doc, IB_DOC_FOLD, ib_arena_print(doc->arena, "%zu more", n - max));
        add_fault(doc, &summary->faults[i]);
    }
    if (n > max)
        ib_doc_add(doc, IB_DOC_END, NULL);
    if (n < n_all)
        ib_doc_add(doc, IB_DOC_NOTE,
                   ib_arena_print(doc->arena,
                                  "And %zu more of other cases or for other reasons, which `ironbench export "
                                  "DIR --format csv` prints.",
                                  n_all - n));
}

static void add_costs(struct ib_doc *doc, const struct ib_summary *summary)
{
    ib_transfer_sections(doc, &summary->derived);
    ib_process_section(doc, summary->run);
}

static void add_disturbance(struct ib_doc *doc, const struct ib_summary *summary)
{
    if (!summary->disturbance)
        return;
    ib_doc_add(doc, IB_DOC_CLAIM, NULL);
    ib_doc_append(doc, summary->disturbance, IB_BAD);
}

static void add_facts(struct ib_doc *doc, const struct ib_summary *summary)
{
    ib_doc_fold(doc, 2, "run", "The run");
    for (const struct ib_summary_fact *fact = summary->facts; fact->label; fact++)
        ib_doc_fact(doc, fact->label, fact->value);
    ib_doc_add(doc, IB_DOC_END, NULL);
}

static void add_problems(struct ib_doc *doc, const struct ib_summary *summary)
{
    for (size_t s = 0; s < summary->n; s++)
        ib_section_tables(doc, summary, &summary->sections[s], IB_BRIEF);
    add_costs(doc, summary);
    add_all_answers(doc, summary);
}

/* A terminal shows the answers over all problems where a table of each would be thousands. */
void ib_run_brief(struct ib_doc *doc, const struct ib_summary *summary)
{
    add_faults(doc, summary, SIZE_MAX);
    if (ib_has_case_pages(summary))
        ib_overview(doc, summary);
    else
        add_problems(doc, summary);
    add_disturbance(doc, summary); /* at the end, which is what a terminal shows */
    ib_doc_add(doc, IB_DOC_CLAIM, ib_arena_print(doc->arena, "%s.", summary->counts));
}

static void add_section(struct ib_doc *doc, const struct ib_summary *summary, size_t s,
                        const struct ib_chart *charts, size_t n_charts, bool with_cases)
{
    const struct ib_summary_section *section = &summary->sections[s];
    const char *title = ib_arena_print(doc->arena, "%s on %s", section->model, section->dataset);
    ib_doc_fold(doc, 2, ib_section_id(doc->arena, s), title)->open = summary->n == 1;
    const size_t n_problems = ib_section_problems(section);
    ib_doc_append(doc, ib_arena_print(doc->arena, "%zu problem%s", n_problems, ib_plural(n_problems)),
                  IB_SOFT);
    ib_sweep_maps(doc, summary, section);
    const bool elsewhere = with_cases && ib_has_case_pages(summary);
    if (!elsewhere)
        ib_section_tables(doc, summary, section, with_cases ? IB_WITH_CASES : IB_WITHOUT_CASES);
    add_charts(doc, charts, n_charts, section);
    if (elsewhere)
        ib_case_page_links(doc, summary, s);
    else if (with_cases)
        ib_case_parts(doc, summary, section);
    ib_doc_add(doc, IB_DOC_END, NULL);
}

/* First the answers, then links to the details, which are folded away. */
void ib_run_doc(struct ib_doc *doc, const struct ib_summary *summary, const struct ib_chart *charts,
                size_t n_charts, bool with_cases)
{
    ib_doc_heading(doc, 1, ib_arena_print(doc->arena, "ironbench: %s", summary->title));
    ib_doc_add(doc, IB_DOC_CLAIM, ib_arena_print(doc->arena, "%s.", summary->counts));
    ib_doc_add(doc, IB_DOC_NOTE, summary->origin);
    add_disturbance(doc, summary);
    ib_overview(doc, summary);
    add_faults(doc, summary, FAULTS_SHOWN);
    ib_doc_add(doc, IB_DOC_CONTENTS, NULL);
    for (size_t s = 0; s < summary->n; s++)
        add_section(doc, summary, s, charts, n_charts, with_cases);
    add_costs(doc, summary);
    add_common_charts(doc, charts, n_charts);
    add_facts(doc, summary);
    ib_glossary(doc);
}
