/* The terminal's view of a run: plain text, at most 120 columns as long as titles and numbers allow. */
#include "report/report.h"

#include "report/process_section.h"
#include "report/summary.h"
#include "report/transfer_section.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct ib_word ib_colour_words[] = {
    {"auto", IB_COLOUR_AUTO}, {"always", IB_COLOUR_ALWAYS}, {"never", IB_COLOUR_NEVER}, {NULL, 0}};

enum { MARGIN = 2, GAP = 2, MIN_IMPL_WIDTH = 16 };

struct page {
    struct ib_text_page plain;
    size_t widths[IB_COLUMN_COUNT]; /* of all groups alike, so that the eye can go down the page */
};

bool ib_colour_is_on(FILE *out, enum ib_colour colour)
{
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (colour != IB_COLOUR_AUTO)
        return colour == IB_COLOUR_ALWAYS;
    return isatty(fileno(out)) && !(refused && refused[0]) && terminal && strcmp(terminal, "dumb") != 0;
}

/* Right, without an answer that could be wrong, or wrong. */
static const char *verdict_style(const char *verdict)
{
    static const char *const idle[] = {"unverified", "unsupported", "unavailable", "not run",
                                       IB_VERDICT_OTHER};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (strncmp(verdict, idle[i], strlen(idle[i])) == 0)
            return IB_YELLOW;
    return strncmp(verdict, "ok", strlen("ok")) == 0 ? IB_GREEN : IB_RED;
}

static const char *cell_style(int column, const char *text, bool first)
{
    return column == IB_COLUMN_VERDICT         ? verdict_style(text)
           : first && column == IB_COLUMN_IMPL ? IB_BOLD
                                               : "";
}

/* ---- tables ---- */

static void widen(struct page *page, const char *const *cells)
{
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        if (ib_text_width(cells[i]) > page->widths[i])
            page->widths[i] = ib_text_width(cells[i]);
}

static void measure(struct page *page, const struct ib_summary *summary)
{
    for (size_t s = 0; s < summary->n; s++) {
        for (size_t g = 0; g < summary->sections[s].n; g++) {
            const struct ib_summary_group *group = &summary->sections[s].groups[g];
            widen(page, group->heads);
            for (size_t r = 0; r < group->n; r++)
                widen(page, group->rows[r].cells);
        }
    }
    size_t total = MARGIN, *impl = &page->widths[IB_COLUMN_IMPL];
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        total += page->widths[i] + (i ? GAP : 0);
    size_t excess = total > IB_PAGE_WIDTH ? total - IB_PAGE_WIDTH : 0;
    if (excess) /* names give way before numbers do */
        *impl = *impl > excess + MIN_IMPL_WIDTH ? *impl - excess : MIN_IMPL_WIDTH;
}

/* One cell, padded to its column but for the last. */
static void print_cell(const struct page *page, int column, const char *text, const char *style)
{
    bool last = column == IB_COLUMN_COUNT - 1;
    ib_text_padded(&page->plain, style, ib_text_shorten(page->plain.arena, text, page->widths[column]),
                   last ? 0 : page->widths[column], ib_column_is_number(column));
    fprintf(page->plain.out, "%*s", last ? 0 : GAP, "");
}

static void print_heads(const struct page *page, const char *const *heads)
{
    fprintf(page->plain.out, "%*s", MARGIN, "");
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        print_cell(page, i, heads[i], "");
    fputc('\n', page->plain.out);
}

static void print_row(const struct page *page, const struct ib_summary_row *row, bool first)
{
    fprintf(page->plain.out, "%*s", MARGIN, "");
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        print_cell(page, i, row->cells[i], cell_style(i, row->cells[i], first));
    fputc('\n', page->plain.out);
}

/* ---- passages ---- */

static void print_faults(const struct page *page, const struct ib_summary *summary)
{
    if (!summary->n_faults)
        return;
    fprintf(page->plain.out, "Not right, or without an answer:\n");
    for (size_t i = 0; i < summary->n_faults; i++) {
        const struct ib_summary_fault *fault = &summary->faults[i];
        ib_text_paragraph(&page->plain, 2, verdict_style(fault->verdict),
                          ib_arena_print(page->plain.arena, "%s: %s (%s): %s", fault->verdict, fault->name,
                                         fault->where, fault->reason));
    }
    fputc('\n', page->plain.out);
}

static void print_group(const struct page *page, const struct ib_summary_group *group)
{
    ib_text_paragraph(&page->plain, 0, IB_BOLD, group->title);
    ib_text_paragraph(&page->plain, 2, "", group->facts);
    fputc('\n', page->plain.out);
    print_heads(page, group->heads);
    for (size_t r = 0; r < group->n; r++)
        print_row(page, &group->rows[r], r < group->n_first && group->n_ranked > 1);
    fputc('\n', page->plain.out);
}

/* One table for all seeds; what each says by itself is in the report. */
static void print_seed_group(const struct page *page, const struct ib_seed_group *seed_group)
{
    struct ib_doc doc = {.arena = page->plain.arena};
    ib_text_paragraph(
        &page->plain, 0, IB_BOLD,
        ib_arena_print(page->plain.arena, "%s, %zu seeds", seed_group->title, seed_group->n_seeds));
    ib_text_paragraph(&page->plain, 2, "", "medians over the seeds, of verified cases");
    fputc('\n', page->plain.out);
    ib_doc_table(&doc, "nrrrrww", seed_group->heads);
    for (size_t r = 0; r < seed_group->n; r++)
        ib_doc_row(&doc, seed_group->rows[r].cells);
    ib_doc_plain(&page->plain, &doc);
}

static void print_tables(const struct page *page, const struct ib_summary_section *section)
{
    for (size_t g = 0; g < section->n; g++)
        if (!section->groups[g].seed_group)
            print_group(page, &section->groups[g]);
    for (size_t f = 0; f < section->n_seed_groups; f++)
        print_seed_group(page, &section->seed_groups[f]);
}

static void print_answer(const struct page *page, const struct ib_summary_group *group)
{
    ib_text_paragraph(
        &page->plain, 0, "",
        ib_arena_print(page->plain.arena, "%s: %s %s", group->title, group->leaders, group->claim));
    for (const char *const *note = group->notes; *note; note++)
        ib_text_paragraph(&page->plain, 4, "", *note);
}

static void print_answers(const struct page *page, const struct ib_summary_section *section)
{
    for (size_t g = 0; g < section->n; g++)
        if (!section->groups[g].seed_group)
            print_answer(page, &section->groups[g]);
    for (size_t f = 0; f < section->n_seed_groups; f++) {
        const struct ib_seed_group *seed_group = &section->seed_groups[f];
        ib_text_paragraph(&page->plain, 0, "",
                          ib_arena_print(page->plain.arena, "%s, %zu seeds: fastest: %s.", seed_group->title,
                                         seed_group->n_seeds, seed_group->leaders));
    }
}

static void print_costs(const struct page *page, const struct ib_summary *summary,
                        const struct ib_run_record *run)
{
    struct ib_doc doc = {.arena = page->plain.arena};
    ib_transfer_sections(&doc, &summary->derived);
    ib_process_section(&doc, run);
    ib_doc_plain(&page->plain, &doc);
}

void ib_table_print(FILE *out, const struct ib_run_record *run, enum ib_colour colour)
{
    struct ib_arena arena = {0};
    struct page page = {.plain = {.out = out, .coloured = ib_colour_is_on(out, colour), .arena = &arena}};
    struct ib_summary summary;
    ib_summary_build(&arena, run, &summary);
    measure(&page, &summary);
    print_faults(&page, &summary);
    for (size_t s = 0; s < summary.n; s++)
        print_tables(&page, &summary.sections[s]);
    print_costs(&page, &summary, run);
    for (size_t s = 0; s < summary.n; s++)
        print_answers(&page, &summary.sections[s]);
    fprintf(out, "%s.\n", summary.counts);
    ib_arena_free(&arena);
}
