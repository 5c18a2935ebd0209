/* The terminal's view of a run: plain text, at most 120 columns as long as titles and numbers allow. */
#include "report/report.h"

#include "report/summary.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct ib_word ib_colour_words[] = {
    {"auto", IB_COLOUR_AUTO}, {"always", IB_COLOUR_ALWAYS}, {"never", IB_COLOUR_NEVER}, {NULL, 0}};

enum { PAGE_WIDTH = 120, MARGIN = 2, GAP = 2, MIN_IMPL_WIDTH = 16 };

struct page {
    FILE *out;
    bool coloured;
    struct ib_arena *arena;
    size_t widths[IB_COLUMN_COUNT]; /* of all groups alike, so that the eye can go down the page */
};

/* Every character that we print takes one column. */
static bool starts_character(char byte)
{
    return (byte & 0xC0) != 0x80;
}

static size_t width(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += starts_character(*text);
    return n;
}

/* What is left of a text after n columns. */
static const char *after(const char *text, size_t n)
{
    for (; *text; text++)
        if (starts_character(*text) && n-- == 0)
            break;
    return text;
}

/* A text of at most `max` columns, with … for what is lost of its middle: the end tells options apart. */
static const char *shortened(struct ib_arena *arena, const char *text, size_t max)
{
    size_t columns = width(text), head = max / 2, tail = max - head - 1;
    if (columns <= max)
        return text;
    return ib_arena_print(arena, "%.*s…%s", (int)(after(text, head) - text), text,
                          after(text, columns - tail));
}

/* ---- colour ---- */

static bool is_coloured(FILE *out, enum ib_colour colour)
{
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (colour != IB_COLOUR_AUTO)
        return colour == IB_COLOUR_ALWAYS;
    return isatty(fileno(out)) && !(refused && refused[0]) && terminal && strcmp(terminal, "dumb") != 0;
}

/* Escape sequences, which take no room on the page. */
#define BOLD   "\033[1m"
#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

static void print_styled(const struct page *page, const char *style, const char *text)
{
    bool styled = page->coloured && style[0];
    fprintf(page->out, "%s%s%s", styled ? style : "", text, styled ? PLAIN : "");
}

/* Right, without an answer that could be wrong, or wrong. */
static const char *verdict_style(const char *verdict)
{
    static const char *const idle[] = {"unverified", "unsupported", "unavailable", "not run"};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (strcmp(verdict, idle[i]) == 0)
            return YELLOW;
    return strncmp(verdict, "ok", strlen("ok")) == 0 ? GREEN : RED;
}

static const char *cell_style(int column, const char *text, bool first)
{
    return column == IB_COLUMN_VERDICT ? verdict_style(text) : first && column == IB_COLUMN_IMPL ? BOLD : "";
}

/* ---- tables ---- */

static void widen(struct page *page, const char *const *cells)
{
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        if (width(cells[i]) > page->widths[i])
            page->widths[i] = width(cells[i]);
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
    size_t excess = total > PAGE_WIDTH ? total - PAGE_WIDTH : 0;
    if (excess) /* names give way before numbers do */
        *impl = *impl > excess + MIN_IMPL_WIDTH ? *impl - excess : MIN_IMPL_WIDTH;
}

/* One cell, padded to its column but for the last. */
static void print_cell(const struct page *page, int column, const char *text, const char *style)
{
    const char *fitting = shortened(page->arena, text, page->widths[column]);
    int pad = (int)(page->widths[column] - width(fitting));
    bool number = ib_column_is_number(column), last = column == IB_COLUMN_COUNT - 1;
    fprintf(page->out, "%*s", number ? pad : 0, "");
    print_styled(page, style, fitting);
    fprintf(page->out, "%*s", last ? 0 : GAP + (number ? 0 : pad), "");
}

static void print_heads(const struct page *page, const char *const *heads)
{
    fprintf(page->out, "%*s", MARGIN, "");
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        print_cell(page, i, heads[i], "");
    fputc('\n', page->out);
}

static void print_row(const struct page *page, const struct ib_summary_row *row, bool first)
{
    fprintf(page->out, "%*s", MARGIN, "");
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        print_cell(page, i, row->cells[i], cell_style(i, row->cells[i], first));
    fputc('\n', page->out);
}

/* ---- words ---- */

/* Words filled into lines, each after `indent` blanks, in one style. Reasons and names come from outside:
 * what is not printable parts words. */
static void print_words(const struct page *page, int indent, const char *text, const char *style)
{
    size_t column = 0;
    for (;;) {
        while (*text && (unsigned char)*text <= ' ')
            text++;
        size_t bytes = 0, columns = 0;
        for (; (unsigned char)text[bytes] > ' '; bytes++)
            columns += starts_character(text[bytes]);
        if (!bytes)
            break;
        bool fits = column && column + 1 + columns <= PAGE_WIDTH;
        fprintf(page->out, "%s%*s", column && !fits ? "\n" : "", fits ? 1 : indent, "");
        print_styled(page, style, ib_arena_print(page->arena, "%.*s", (int)bytes, text));
        column = fits ? column + 1 + columns : (size_t)indent + columns;
        text += bytes;
    }
    fputc('\n', page->out);
}

static void print_faults(const struct page *page, const struct ib_summary *summary)
{
    if (!summary->n_faults)
        return;
    fprintf(page->out, "Not right, or without an answer:\n");
    for (size_t i = 0; i < summary->n_faults; i++) {
        const struct ib_summary_fault *fault = &summary->faults[i];
        print_words(page, 2,
                    ib_arena_print(page->arena, "%s: %s (%s): %s", fault->verdict, fault->name, fault->where,
                                   fault->reason),
                    verdict_style(fault->verdict));
    }
    fputc('\n', page->out);
}

static void print_group(const struct page *page, const struct ib_summary_group *group)
{
    print_words(page, 0, group->title, BOLD);
    print_words(page, 2, group->facts, "");
    fputc('\n', page->out);
    print_heads(page, group->heads);
    for (size_t r = 0; r < group->n; r++)
        print_row(page, &group->rows[r], r < group->n_first && group->n_ranked > 1);
    fputc('\n', page->out);
}

static void print_answer(const struct page *page, const struct ib_summary_group *group)
{
    print_words(page, 0, ib_arena_print(page->arena, "%s: %s %s", group->title, group->leaders, group->claim),
                "");
    for (const char *const *note = group->notes; *note; note++)
        print_words(page, 4, *note, "");
}

static void for_each_group(const struct page *page, const struct ib_summary *summary,
                           void (*print)(const struct page *, const struct ib_summary_group *))
{
    for (size_t s = 0; s < summary->n; s++)
        for (size_t g = 0; g < summary->sections[s].n; g++)
            print(page, &summary->sections[s].groups[g]);
}

void ib_table_print(FILE *out, const json_t *record, enum ib_colour colour)
{
    struct ib_arena arena = {0};
    struct page page = {.out = out, .coloured = is_coloured(out, colour), .arena = &arena};
    struct ib_summary summary;
    ib_summary_build(&arena, record, &summary);
    measure(&page, &summary);
    print_faults(&page, &summary);
    for_each_group(&page, &summary, print_group);
    for_each_group(&page, &summary, print_answer);
    fprintf(out, "%s.\n", summary.counts);
    ib_arena_free(&arena);
}
