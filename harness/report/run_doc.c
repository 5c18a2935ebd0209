#include "report/run_doc.h"

#include "report/explain.h"
#include "report/process_section.h"
#include "report/time_to_loss_section.h"
#include "report/transfer_section.h"

#include <string.h>

/* How to read a report. */
static const struct ib_summary_fact terms[] = {
    {"verified",
     "The loss curve, the final parameters and the implementation's own predictions agree with an oracle: a "
     "separate scalar program in double precision that shares no code with any implementation. What is wrong "
     "or unverified is listed, and ranked nowhere."},
    {"time per epoch",
     "Median over the rounds of the wall time of one training, from the first call to the last "
     "synchronisation, divided by its epochs. Set-up, warm-up and the first upload lie outside. Rounds "
     "of all cases are interleaved, each in a process of its own."},
    {"95 % interval", "Of the median, by order statistics over the rounds; it needs at least six of them."},
    {"time to reach a loss",
     "The first epoch whose loss is low enough, times the median time of an epoch; set-up is left out. The "
     "losses are where a verified training of the problem has made 90 %, 99 % and 99.9 % of its improvement. "
     "Of another algorithm the fewest iterations are searched for, to a tenth, after which the parameters "
     "that it returns have such a loss; it is trained for so many in every round, and the time is the median "
     "over the rounds. One in which it is not down there again counts as longer than all others."},
    {"whole process", "One training and its prediction, from the start of a process to its exit, as "
                      "hyperfine sees it from outside. The "
                      "runs of all cases are interleaved. Start-up is until the program answers, set-up "
                      "until it could train; unseen is "
                      "what the process's own clock leaves of the time outside."},
    {"times as fast",
     "Median over the rounds of the ratio of two cases within a round, with its 95 % interval. What slows "
     "a round down slows both, so this tells cases apart whose own intervals overlap. Where it holds 1, "
     "they cannot be told apart."},
    {"ratio", "Time per epoch over that of the fastest verified case of the same problem."},
    {"skill", "How much better than the trivial answer on the test rows: 1 is perfect, 0 is no better than "
              "always answering "
              "the mean (or the majority class). It judges the model, not the implementation."},
    {"residency", "host: no memory of its own. resident: data go up once and come down when read. per_op: "
                  "every operand is "
                  "copied around every operation."},
    {"transfer overhead",
     "How many times as long an epoch takes with every operand copied around every operation as with "
     "the data resident: the median over the rounds of their ratio within a round."},
    {"transfer, sync, compute, launch",
     "Where an epoch on a device goes: copies, waiting for the device beyond its work, its own work, and "
     "handing "
     "work over with all else on the host. The shares come from a separate training in which every step is "
     "waited for; they are scaled to the measured time."},
    {"simulated", "A device made of software to prove the copying rules; its times mean nothing, and it is "
                  "never fastest."},
    {NULL, NULL}};

/* ---- what stands on the terminal, too ---- */

static void add_faults(struct ib_doc *doc, const struct ib_summary *summary)
{
    struct ib_arena *arena = doc->arena;
    if (summary->n_faults)
        ib_doc_heading(doc, 2, "Failed or unverified");
    for (const struct ib_summary_fault *f = summary->faults; f < summary->faults + summary->n_faults; f++)
        ib_doc_item(doc,
                    IB_DOC_TEXTS({.text = ib_arena_print(arena, "%s:", f->verdict),
                                  .style = ib_summary_verdict_style(f->verdict)},
                                 {.text = f->name, .style = IB_STRONG},
                                 {.text = ib_arena_print(arena, "(%s)", f->where), .style = IB_SOFT}),
                    IB_DOC_TEXTS({.text = f->reason}));
}

static const char *case_id(struct ib_arena *arena, const struct ib_summary_row *row)
{
    return ib_arena_print(arena, "case-%zu", row->position + 1);
}

/* Rows lead to their cases in detail, where the document has those. */
static void add_group(struct ib_doc *doc, const struct ib_summary_group *group, bool with_cases)
{
    ib_doc_heading(doc, 3, group->title);
    ib_doc_paragraph(doc, group->facts);
    ib_doc_table(doc, IB_SUMMARY_COLUMNS, group->heads)->sortable = true;
    for (size_t r = 0; r < group->n; r++) {
        const struct ib_summary_row *row = &group->rows[r];
        const bool first = r < group->n_first && group->n_ranked > 1;
        struct ib_doc_text *cells = ib_doc_row(doc, row->cells);
        cells[IB_COLUMN_IMPL].style = first ? IB_STRONG : row->ranked ? IB_PLAIN : IB_SOFT;
        cells[IB_COLUMN_IMPL].to = with_cases ? case_id(doc->arena, row) : NULL;
        cells[IB_COLUMN_VERDICT].style = ib_summary_verdict_style(row->cells[IB_COLUMN_VERDICT]);
    }
}

static const char *seed_group_title(struct ib_arena *arena, const struct ib_seed_group *seeds)
{
    return ib_arena_print(arena, "%s, %zu seeds", seeds->title, seeds->n_seeds);
}

/* One row an implementation, over all seeds. */
static void add_seed_group(struct ib_doc *doc, const struct ib_seed_group *seeds)
{
    ib_doc_heading(doc, 3, seed_group_title(doc->arena, seeds));
    ib_doc_paragraph(doc, "Medians over the seeds, of verified cases.");
    ib_doc_table(doc, IB_SEED_GROUP_COLUMNS, seeds->heads);
    for (size_t r = 0; r < seeds->n; r++) {
        const char *verdict = seeds->rows[r].cells[IB_SEED_GROUP_VERDICT];
        ib_doc_row(doc, seeds->rows[r].cells)[IB_SEED_GROUP_VERDICT].style =
            ib_summary_verdict_style(verdict);
    }
}

static void add_costs(struct ib_doc *doc, const struct ib_summary *summary)
{
    ib_transfer_sections(doc, &summary->derived);
    ib_process_section(doc, summary->cases);
}

static void add_notes(struct ib_doc *doc, const struct ib_summary_group *group)
{
    for (const char *const *note = group->notes; *note; note++)
        ib_doc_add(doc, IB_DOC_NOTE, IB_DOC_TEXTS({.text = *note}));
}

/* What a section's tables say; problems that differ by their seed alone are one. */
static void add_answers(struct ib_doc *doc, const struct ib_summary_section *section, const char *id)
{
    for (size_t g = 0; g < section->n; g++) {
        const struct ib_summary_group *group = &section->groups[g];
        if (group->seed_group)
            continue;
        ib_doc_item(doc, IB_DOC_TEXTS({.text = group->title, .to = id}),
                    IB_DOC_TEXTS({.text = group->leaders, .style = IB_STRONG}, {.text = group->claim}));
        add_notes(doc, group);
    }
    for (size_t f = 0; f < section->n_seed_groups; f++) {
        const struct ib_seed_group *seeds = &section->seed_groups[f];
        ib_doc_item(doc, IB_DOC_TEXTS({.text = seed_group_title(doc->arena, seeds), .to = id}),
                    IB_DOC_TEXTS({.text = ib_arena_print(doc->arena, "fastest: %s.", seeds->leaders)}));
    }
}

static const char *section_id(struct ib_arena *arena, size_t s)
{
    return ib_arena_print(arena, "part-%zu", s + 1);
}

static void add_all_answers(struct ib_doc *doc, const struct ib_summary *summary)
{
    ib_doc_heading(doc, 2, "Which is fastest");
    for (size_t s = 0; s < summary->n; s++)
        add_answers(doc, &summary->sections[s], section_id(doc->arena, s));
}

void ib_run_brief(struct ib_doc *doc, const struct ib_summary *summary)
{
    add_faults(doc, summary);
    for (const struct ib_summary_section *s = summary->sections; s < summary->sections + summary->n; s++) {
        for (size_t g = 0; g < s->n; g++)
            if (!s->groups[g].seed_group)
                add_group(doc, &s->groups[g], false);
        for (size_t f = 0; f < s->n_seed_groups; f++)
            add_seed_group(doc, &s->seed_groups[f]);
    }
    add_costs(doc, summary);
    add_all_answers(doc, summary);
    ib_doc_add(doc, IB_DOC_CLAIM, IB_DOC_TEXTS({.text = ib_arena_print(doc->arena, "%s.", summary->counts)}));
}

/* ---- a section of the report ---- */

struct report {
    const struct ib_summary *summary;
    const struct ib_chart *charts;
    size_t n_charts;
    bool with_cases;
};

/* Charts of a section, or with NULL those of more than one. */
static void add_charts(struct ib_doc *doc, const struct report *report,
                       const struct ib_summary_section *section)
{
    for (size_t i = 0; i < report->n_charts; i++) {
        const struct ib_chart *chart = &report->charts[i];
        const bool of_one = chart->model && chart->dataset;
        if (of_one != (section != NULL) || (section && (strcmp(chart->model, section->model) != 0 ||
                                                        strcmp(chart->dataset, section->dataset) != 0)))
            continue;
        if (!chart->file) {
            ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s: %s.", chart->title, chart->note));
            continue;
        }
        struct ib_doc_block *figure = ib_doc_add(
            doc, IB_DOC_FIGURE,
            IB_DOC_TEXTS({.text = chart->title}, {.text = chart->script->caption}, {.text = chart->note}));
        figure->file = chart->file;
        figure->svg = chart->svg;
    }
}

/* What each seed says by itself. */
static void add_seeds(struct ib_doc *doc, const struct report *report,
                      const struct ib_summary_section *section, const struct ib_seed_group *seeds)
{
    ib_doc_add(doc, IB_DOC_FOLD, IB_DOC_TEXTS({.text = "Seed by seed"}));
    for (const struct ib_summary_group *group = section->groups; group < section->groups + section->n;
         group++) {
        if (group->seed_group != seeds)
            continue;
        add_group(doc, group, report->with_cases);
        ib_doc_add(doc, IB_DOC_CLAIM,
                   IB_DOC_TEXTS({.text = group->leaders, .style = IB_STRONG}, {.text = group->claim}));
        add_notes(doc, group);
        ib_time_to_section(doc, group->race);
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}

static void add_samples(struct ib_doc *doc, const struct ib_summary_case *c)
{
    if (!c->n_samples)
        return;
    ib_doc_paragraph(doc,
                     "Time per epoch, round by round; crossed out where something else had the processor:");
    ib_doc_add(doc, IB_DOC_SERIES, NULL);
    for (size_t i = 0; i < c->n_samples; i++)
        ib_doc_append(doc, c->samples[i].text, c->samples[i].disturbed ? IB_STRUCK : IB_PLAIN);
}

static void add_case(struct ib_doc *doc, const struct ib_summary *summary,
                     const struct ib_summary_group *group, const struct ib_summary_row *row)
{
    const char *verdict = row->cells[IB_COLUMN_VERDICT];
    struct ib_summary_case c;
    ib_summary_case(doc->arena, summary, row, &c);
    ib_doc_add(doc, IB_DOC_FOLD,
               IB_DOC_TEXTS({.text = row->name}, {.text = group->title, .style = IB_SOFT},
                            {.text = verdict, .style = ib_summary_verdict_style(verdict)}))
        ->id = case_id(doc->arena, row);
    for (const struct ib_summary_fact *fact = c.facts; fact->label; fact++)
        ib_doc_fact(doc, fact->label, fact->value);
    add_samples(doc, &c);
    ib_explain_cost(doc, summary->cases, row->record);
    ib_doc_paragraph(doc, "To do it again:");
    ib_doc_add(doc, IB_DOC_CODE, IB_DOC_TEXTS({.text = c.command}));
    if (c.log) {
        ib_doc_paragraph(doc, "The end of what it wrote to its log:");
        ib_doc_add(doc, IB_DOC_CODE, IB_DOC_TEXTS({.text = c.log}));
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}

static void add_cases(struct ib_doc *doc, const struct report *report,
                      const struct ib_summary_section *section)
{
    ib_doc_heading(doc, 3, "Case by case");
    for (size_t g = 0; g < section->n; g++)
        for (size_t r = 0; r < section->groups[g].n; r++)
            add_case(doc, report->summary, &section->groups[g], &section->groups[g].rows[r]);
}

static void add_section(struct ib_doc *doc, const struct report *report, size_t s)
{
    const struct ib_summary_section *section = &report->summary->sections[s];
    ib_doc_heading(doc, 2, ib_arena_print(doc->arena, "%s on %s", section->model, section->dataset))->id =
        section_id(doc->arena, s);
    for (size_t g = 0; g < section->n; g++)
        if (!section->groups[g].seed_group) {
            add_group(doc, &section->groups[g], report->with_cases);
            ib_time_to_section(doc, section->groups[g].race);
        }
    for (size_t f = 0; f < section->n_seed_groups; f++) {
        add_seed_group(doc, &section->seed_groups[f]);
        add_seeds(doc, report, section, &section->seed_groups[f]);
    }
    add_charts(doc, report, section);
    if (report->with_cases)
        add_cases(doc, report, section);
}

void ib_run_doc(struct ib_doc *doc, const struct ib_summary *summary, const struct ib_chart *charts,
                size_t n_charts, bool with_cases)
{
    const struct report report = {summary, charts, n_charts, with_cases};
    ib_doc_heading(doc, 1, ib_arena_print(doc->arena, "ironbench: %s", summary->title));
    ib_doc_add(doc, IB_DOC_CLAIM, IB_DOC_TEXTS({.text = ib_arena_print(doc->arena, "%s.", summary->counts)}));
    for (const struct ib_summary_fact *fact = summary->facts; fact->label; fact++)
        ib_doc_fact(doc, fact->label, fact->value);
    add_all_answers(doc, summary);
    add_faults(doc, summary);
    add_costs(doc, summary);
    add_charts(doc, &report, NULL);
    for (size_t s = 0; s < summary->n; s++)
        add_section(doc, &report, s);
    ib_doc_heading(doc, 2, "How to read this");
    for (const struct ib_summary_fact *term = terms; term->label; term++)
        ib_doc_item(doc, IB_DOC_TEXTS({.text = term->label, .style = IB_STRONG}),
                    IB_DOC_TEXTS({.text = term->value}));
}
