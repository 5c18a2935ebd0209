#include "report/run_doc.h"

#include "report/case_details.h"
#include "report/explain.h"
#include "report/format.h"
#include "report/overview.h"
#include "report/repro_command.h"
#include "report/seed_groups.h"
#include "report/time_to_loss_section.h"
#include "report/transfer_section.h"
#include "report/whole_process_section.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* How to read a report. */
static const struct ib_summary_fact terms[] = {
    {"verified", "The loss curve, the final parameters and the implementation's own predictions agree with "
                 "an oracle: a separate scalar program in double precision that shares no code with any "
                 "implementation. Wrong, unverified and diverged cases are listed but not ranked."},
    {"time per epoch",
     "Median over the rounds of the wall time of one training, from its first call to its last "
     "synchronisation, divided by its epochs. Set-up, warm-up and the first upload are not included. The "
     "rounds of all cases are interleaved, and each runs in its own process."},
    {"of limit",
     "The least time of an epoch on this machine, as a share of the measured one: by the arithmetic of the "
     "operations, or by reading the data once from the innermost cache that cannot keep them, whichever "
     "takes "
     "longer, at the rates that `ironbench doctor --limits` has measured here, with as many threads. On a "
     "device, at the rates that this implementation reached there with large operands."},
    {"energy", "Joules of an epoch, and until the loss has made 99 % of its improvement: the sum over the "
               "rounds that were "
               "not disturbed. On a device, what its own counter counts. On the host, that of the "
               "processor's packages, "
               "with all that other processes do there and without the memory."},
    {"95 % interval",
     "Confidence interval of the median, by order statistics over the rounds; it needs at least six rounds."},
    {"time to reach a loss",
     "The first epoch whose loss is low enough, times the median time of an epoch; set-up is not included. "
     "The targets are the losses at which a verified training of the problem has made 90 %, 99 % and 99.9 % "
     "of its improvement. For another algorithm, a search finds the fewest iterations, to within a tenth, "
     "whose parameters reach the loss; every round trains for that many, and the time is the median over "
     "the rounds. A round that misses the loss counts as longer than all others."},
    {"whole process",
     "One training and its prediction, from the start of a process to its exit, timed by hyperfine. The runs "
     "of all cases are interleaved. Start-up lasts until the program answers, set-up until it is ready to "
     "train; unaccounted is the time that hyperfine measured minus the time that the process reported."},
    {"times as fast, ratio",
     "Median, over the rounds that two cases share, of the ratio of their times within a round, with its 95 "
     "% "
     "interval. A disturbance during a round slows both cases, so this ratio can tell cases apart whose own "
     "intervals overlap. If its interval contains 1, they cannot be told apart; nor can they with fewer than "
     "six shared rounds, which have no ratio. In the tables it is over the fastest verified case of the same "
     "problem."},
    {"disturbed",
     "Other programs used the processor during a sample, or power or heat slowed the device. Such samples "
     "are "
     "left out, unless too few others remain. Only host implementations with a single thread, and devices "
     "that report their clock, can be watched."},
    {"skill",
     "How much better the predictions for the test rows are than a trivial answer: 1 is perfect, 0 is no "
     "better than always answering the mean (or the majority class). It rates the model, not the "
     "implementation."},
    {"residency",
     "Where the data are. host: in the host's memory. resident: on the device, uploaded once and "
     "downloaded when read. per_op: every operand is copied around every operation."},
    {"transfer overhead",
     "Time per epoch with every operand copied around every operation, divided by that with the data "
     "resident: the median over the rounds of their ratio within a round."},
    {"transfer, sync, compute, launch",
     "Where the time of an epoch on a device goes: copies; waiting for the device beyond its own work; that "
     "work; and submitting work, together with everything else on the host. The shares come from a separate "
     "training that waits after every step; they are scaled to the measured time."},
    {"simulated",
     "A device in software, for testing the copying rules; its times mean nothing, and it is not ranked."},
    {"copies uncounted, copies claimed",
     "The harness's own copies are as expected, but no tracer has seen this device at work, so that it may "
     "have "
     "made others. Claimed: the implementation itself reports how many it made."},
    {"by a shortcut", "The parameters after each epoch are those of gradient descent, by fewer operations "
                      "than its steps, as the "
                      "implementation declares. No limit of the machine applies."},
    {NULL, NULL}};

/* How detailed a document is. */
enum extent { BRIEF, WITHOUT_CASES, WITH_CASES };

/* ---- the parts of a section ---- */

static const char *case_id(struct ib_arena *arena, const struct ib_summary_row *row)
{
    return ib_arena_print(arena, "case-%zu", row->position + 1);
}

/* The texts of a row in the columns that are shown. */
static const char *const *in_shown(struct ib_arena *arena, const struct ib_summary_group *group,
                                   const char *const *texts)
{
    const char **chosen = ib_arena_alloc(arena, IB_COLUMN_COUNT * sizeof *chosen);
    for (size_t column = 0, n = 0; column < IB_COLUMN_COUNT; column++)
        if (group->shown[column])
            chosen[n++] = texts[column];
    return chosen;
}

static const char *shown_columns(struct ib_arena *arena, const struct ib_summary_group *group)
{
    char *columns = ib_arena_copy(arena, IB_SUMMARY_COLUMNS), *end = columns;
    for (size_t column = 0; column < IB_COLUMN_COUNT; column++)
        if (group->shown[column])
            *end++ = IB_SUMMARY_COLUMNS[column];
    *end = '\0';
    return columns;
}

static void add_group(struct ib_doc *doc, const struct ib_summary_group *group, enum extent extent)
{
    struct ib_arena *arena = doc->arena;
    const char *columns = shown_columns(arena, group);
    ib_doc_heading(doc, 3, group->title);
    ib_doc_paragraph(doc, group->facts);
    ib_doc_table(doc, columns, in_shown(arena, group, group->heads))->sortable = true;
    for (size_t r = 0; r < group->n; r++) {
        const struct ib_summary_row *row = &group->rows[r];
        const bool first = r < group->n_first && group->n_first < group->n_ranked;
        struct ib_doc_text *cells = ib_doc_row(doc, in_shown(arena, group, row->cells));
        struct ib_doc_text *verdict = &cells[strlen(columns) - 1];
        cells[IB_COLUMN_IMPL].style = first ? IB_STRONG : row->ranked ? IB_PLAIN : IB_SOFT;
        cells[IB_COLUMN_IMPL].to = extent == WITH_CASES ? case_id(arena, row) : NULL;
        verdict->style = ib_summary_verdict_style(row->cells[IB_COLUMN_VERDICT]);
    }
}

static void add_claim(struct ib_doc *doc, const struct ib_summary_group *group)
{
    ib_doc_append(doc, group->leaders, IB_STRONG);
    ib_doc_append(doc, group->claim, IB_PLAIN);
    for (const char *const *note = group->notes; *note; note++)
        ib_doc_add(doc, IB_DOC_NOTE, *note);
}

static const char *seeds_title(struct ib_arena *arena, const struct ib_seed_group *seeds)
{
    return ib_arena_print(arena, "%s, %zu seeds", seeds->title, seeds->n_seeds);
}

/* A table with one row per implementation, over all seeds. */
static void add_seed_group(struct ib_doc *doc, const struct ib_seed_group *seeds)
{
    ib_doc_heading(doc, 3, seeds_title(doc->arena, seeds));
    ib_doc_paragraph(doc, "Medians over the seeds; verified cases only.");
    ib_doc_table(doc, IB_SEED_GROUP_COLUMNS, seeds->heads);
    for (size_t r = 0; r < seeds->n; r++) {
        struct ib_doc_text *verdict = &ib_doc_row(doc, seeds->rows[r].cells)[IB_SEED_GROUP_VERDICT];
        verdict->style = ib_summary_verdict_style(verdict->text);
    }
}

/* The tables of each seed, folded away. */
static void add_seeds(struct ib_doc *doc, const struct ib_summary_section *section,
                      const struct ib_seed_group *seeds, enum extent extent)
{
    ib_doc_add(doc, IB_DOC_FOLD, "Seed by seed");
    for (size_t g = 0; g < section->n; g++) {
        const struct ib_summary_group *group = &section->groups[g];
        if (group->seed_group != seeds)
            continue;
        add_group(doc, group, extent);
        ib_doc_add(doc, IB_DOC_CLAIM, NULL);
        add_claim(doc, group);
        ib_time_to_section(doc, group->loss_group);
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}

static void add_tables(struct ib_doc *doc, const struct ib_summary_section *section, enum extent extent)
{
    for (size_t g = 0; g < section->n; g++) {
        if (section->groups[g].seed_group)
            continue;
        add_group(doc, &section->groups[g], extent);
        if (extent != BRIEF)
            ib_time_to_section(doc, section->groups[g].loss_group);
    }
    for (size_t f = 0; f < section->n_seed_groups; f++) {
        add_seed_group(doc, &section->seed_groups[f]);
        if (extent != BRIEF)
            add_seeds(doc, section, &section->seed_groups[f], extent);
    }
}

/* Adds the charts of a section; with NULL, those that cover several sections. */
static void add_charts(struct ib_doc *doc, const struct ib_chart *charts, size_t n,
                       const struct ib_summary_section *section)
{
    for (size_t i = 0; i < n; i++) {
        const struct ib_chart *chart = &charts[i];
        const bool of_one = chart->model && chart->dataset;
        if (of_one != (section != NULL) || (section && (strcmp(chart->model, section->model) != 0 ||
                                                        strcmp(chart->dataset, section->dataset) != 0)))
            continue;
        if (!chart->file) {
            ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s: %s.", chart->title, chart->note));
            continue;
        }
        struct ib_doc_block *figure = ib_doc_add(doc, IB_DOC_FIGURE, chart->title);
        figure->file = chart->file;
        figure->svg = chart->svg;
        ib_doc_append(doc, chart->script->caption, IB_PLAIN);
        if (chart->note)
            ib_doc_append(doc, chart->note, IB_PLAIN);
    }
}

/* ---- one case in detail ---- */

static void add_samples(struct ib_doc *doc, const struct ib_case_record *c)
{
    if (isnan(c->epoch_ns.median))
        return;
    ib_doc_paragraph(doc, "Time per epoch in each round; rounds that other work disturbed are crossed out:");
    ib_doc_add(doc, IB_DOC_SERIES, NULL);
    for (const struct ib_round_record *r = c->rounds; r < c->rounds + c->n_rounds; r++)
        if (r->epoch_ns > 0)
            ib_doc_append(doc,
                          ib_arena_print(doc->arena, "%" PRIu64 ". %s", r->round,
                                         ib_format_duration(doc->arena, r->epoch_ns)),
                          r->disturbed == IB_YES ? IB_STRUCK : IB_PLAIN);
}

/* A case, and where its row stands. */
struct case_part {
    const struct ib_run_record *run;
    const struct ib_summary_group *group;
    const struct ib_summary_row *row;
};

static void add_case(struct ib_doc *doc, const void *what)
{
    const struct case_part *part = what;
    const struct ib_run_record *run = part->run;
    const struct ib_summary_group *group = part->group;
    const struct ib_summary_row *row = part->row;
    const char *verdict = row->cells[IB_COLUMN_VERDICT], *log = ib_case_record_stderr(row->record);
    ib_doc_add(doc, IB_DOC_FOLD, row->name)->id = case_id(doc->arena, row);
    ib_doc_append(doc, group->title, IB_SOFT);
    ib_doc_append(doc, verdict, ib_summary_verdict_style(verdict));
    for (const struct ib_case_detail *d = ib_case_details(doc->arena, row->record); d->label; d++)
        ib_doc_fact(doc, d->label, d->text);
    add_samples(doc, row->record);
    ib_explain_cost(doc, run, row->record);
    ib_doc_paragraph(doc, "To reproduce this case:");
    ib_doc_add(doc, IB_DOC_CODE, ib_repro_command(doc->arena, run, row->record));
    if (log) {
        ib_doc_paragraph(doc, "The end of its output:");
        ib_doc_add(doc, IB_DOC_CODE, log);
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}

static void add_cases(struct ib_doc *doc, const struct ib_summary *summary,
                      const struct ib_summary_section *section)
{
    ib_doc_heading(doc, 3, "Case by case");
    for (size_t g = 0; g < section->n; g++)
        for (size_t r = 0; r < section->groups[g].n; r++) {
            struct case_part *part = ib_arena_alloc(doc->arena, sizeof *part);
            *part = (struct case_part){summary->run, &section->groups[g], &section->groups[g].rows[r]};
            ib_doc_part(doc, add_case, part);
        }
}

/* ---- the whole run ---- */

/* Adds the fastest case of each problem; problems that differ only in their seed are one. */
static void add_answers(struct ib_doc *doc, const struct ib_summary_section *section, const char *id)
{
    for (size_t g = 0; g < section->n; g++) {
        if (section->groups[g].seed_group)
            continue;
        ib_doc_add(doc, IB_DOC_ITEM, section->groups[g].title)->texts[0].to = id;
        ib_doc_end_head(doc);
        add_claim(doc, &section->groups[g]);
    }
    for (size_t f = 0; f < section->n_seed_groups; f++) {
        const struct ib_seed_group *seeds = &section->seed_groups[f];
        ib_doc_add(doc, IB_DOC_ITEM, seeds_title(doc->arena, seeds))->texts[0].to = id;
        ib_doc_end_head(doc);
        ib_doc_append(doc, ib_arena_print(doc->arena, "fastest: %s.", seeds->leaders), IB_PLAIN);
    }
}

static void add_all_answers(struct ib_doc *doc, const struct ib_summary *summary)
{
    ib_doc_heading(doc, 2, "Which is fastest");
    for (size_t s = 0; s < summary->n; s++)
        add_answers(doc, &summary->sections[s], ib_section_id(doc->arena, s));
}

static void add_faults(struct ib_doc *doc, const struct ib_summary *summary)
{
    if (summary->n_faults)
        ib_doc_heading(doc, 2, "Failed or unverified");
    for (const struct ib_summary_fault *f = summary->faults; f < summary->faults + summary->n_faults; f++) {
        ib_doc_add(doc, IB_DOC_ITEM, NULL);
        ib_doc_append(doc, ib_arena_print(doc->arena, "%s:", f->verdict),
                      ib_summary_verdict_style(f->verdict));
        ib_doc_append(doc, f->name, IB_STRONG);
        ib_doc_append(doc, ib_arena_print(doc->arena, "(%s)", f->where), IB_SOFT);
        ib_doc_end_head(doc);
        ib_doc_append(doc, f->reason, IB_PLAIN);
    }
}

static void add_costs(struct ib_doc *doc, const struct ib_summary *summary)
{
    ib_transfer_sections(doc, &summary->derived);
    ib_process_section(doc, summary->run);
}

static void add_terms(struct ib_doc *doc)
{
    ib_doc_heading(doc, 2, "How to read this");
    for (const struct ib_summary_fact *term = terms; term->label; term++) {
        ib_doc_add(doc, IB_DOC_ITEM, term->label)->texts[0].style = IB_STRONG;
        ib_doc_end_head(doc);
        ib_doc_append(doc, term->value, IB_PLAIN);
    }
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
    ib_doc_heading(doc, 2, "The run");
    for (const struct ib_summary_fact *fact = summary->facts; fact->label; fact++)
        ib_doc_fact(doc, fact->label, fact->value);
}

void ib_run_brief(struct ib_doc *doc, const struct ib_summary *summary)
{
    add_disturbance(doc, summary);
    add_faults(doc, summary);
    for (size_t s = 0; s < summary->n; s++)
        add_tables(doc, &summary->sections[s], BRIEF);
    add_costs(doc, summary);
    add_all_answers(doc, summary);
    ib_doc_add(doc, IB_DOC_CLAIM, ib_arena_print(doc->arena, "%s.", summary->counts));
}

void ib_run_doc(struct ib_doc *doc, const struct ib_summary *summary, const struct ib_chart *charts,
                size_t n_charts, bool with_cases)
{
    ib_doc_heading(doc, 1, ib_arena_print(doc->arena, "ironbench: %s", summary->title));
    ib_doc_add(doc, IB_DOC_CLAIM, ib_arena_print(doc->arena, "%s.", summary->counts));
    add_disturbance(doc, summary);
    ib_overview(doc, summary);
    add_all_answers(doc, summary);
    add_faults(doc, summary);
    add_facts(doc, summary);
    add_costs(doc, summary);
    add_charts(doc, charts, n_charts, NULL);
    for (size_t s = 0; s < summary->n; s++) {
        const struct ib_summary_section *section = &summary->sections[s];
        const char *title = ib_arena_print(doc->arena, "%s on %s", section->model, section->dataset);
        ib_doc_heading(doc, 2, title)->id = ib_section_id(doc->arena, s);
        add_tables(doc, section, with_cases ? WITH_CASES : WITHOUT_CASES);
        add_charts(doc, charts, n_charts, section);
        if (with_cases)
            add_cases(doc, summary, section);
    }
    add_terms(doc);
}
