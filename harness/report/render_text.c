#include "report/render.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MARGIN = 2, GAP = 2, MIN_NAME_WIDTH = 16, MAX_COLUMNS = 12, NARROWEST = 40 };

const struct ib_word ib_colour_words[] = {
    {"auto", IB_COLOUR_AUTO}, {"always", IB_COLOUR_ALWAYS}, {"never", IB_COLOUR_NEVER}, {NULL, 0}};

/* Escape sequences, which take up no columns. */
static const char *const sequences[] = {
    [IB_PLAIN] = "",        [IB_STRONG] = "\033[1m", [IB_SOFT] = "",       [IB_STRUCK] = "\033[9m",
    [IB_GOOD] = "\033[32m", [IB_IDLE] = "\033[33m",  [IB_BAD] = "\033[31m"};

/* The widths of all tables with the same columns, measured once: a document has a table for each problem. */
struct layout {
    const char *columns;
    size_t widths[MAX_COLUMNS];
    bool fits;
    struct layout *next;
};

struct page {
    FILE *out;
    bool coloured;
    size_t width;
    struct ib_arena *arena;
    struct layout *layouts;
};

static bool is_coloured(FILE *out, enum ib_colour colour)
{
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (colour != IB_COLOUR_AUTO)
        return colour == IB_COLOUR_ALWAYS;
    return isatty(fileno(out)) && !(refused && refused[0]) && terminal && strcmp(terminal, "dumb") != 0;
}

static void print_styled(const struct page *page, enum ib_doc_style style, const char *text)
{
    bool styled = page->coloured && sequences[style][0];
    fprintf(page->out, "%s%s%s", styled ? sequences[style] : "", text, styled ? "\033[0m" : "");
}

/* ---- widths ---- */

static bool starts_character(char byte)
{
    return (byte & 0xC0) != 0x80;
}

size_t ib_text_width(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += starts_character(*text);
    return n;
}

/* The rest of a text after n columns. */
static const char *after(const char *text, size_t n)
{
    for (; *text; text++)
        if (starts_character(*text) && n-- == 0)
            break;
    return text;
}

const char *ib_text_shorten(struct ib_arena *arena, const char *text, size_t max)
{
    size_t columns = ib_text_width(text), head = max / 2, tail = max - head - 1;
    if (columns <= max)
        return text;
    return ib_arena_print(arena, "%.*s…%s", (int)(after(text, head) - text), text,
                          after(text, columns - tail));
}

/* ---- paragraphs ---- */

/* Prints a word, on a new line if it does not fit; returns the column after it. */
static size_t print_word(const struct page *page, int indent, enum ib_doc_style style, const char *word,
                         size_t column)
{
    const size_t width = ib_text_width(word);
    const bool fits = column && column + 1 + width <= page->width;
    fprintf(page->out, "%s%*s", column && !fits ? "\n" : "", fits ? 1 : indent, "");
    print_styled(page, style, word);
    return fits ? column + 1 + width : (size_t)indent + width;
}

/* Fills words into lines. */
static void fill(const struct page *page, int indent, const struct ib_doc_text *runs, size_t n)
{
    size_t column = 0;
    for (size_t i = 0; i < n; i++)
        for (const char *at = runs[i].text, *end; *at; at = end) {
            at += strspn(at, " ");
            end = at + strcspn(at, " ");
            if (end > at)
                column = print_word(page, indent, runs[i].style,
                                    ib_arena_print(page->arena, "%.*s", (int)(end - at), at), column);
        }
    fputc('\n', page->out);
}

static void print_code(const struct page *page, const char *text)
{
    for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        fprintf(page->out, "%*s%.*s\n", MARGIN, "", (int)(end - line), line);
    }
}

/* ---- tables ---- */

/* Rows below a span are indented further. */
static int margin_of(const struct ib_doc_block *table)
{
    for (size_t first = 0; first < table->n; first += ib_doc_columns(table))
        if (ib_doc_is_span(table, first))
            return 2 * MARGIN;
    return MARGIN;
}

/* Shrinks the columns of names until the table fits; returns whether it does. */
static bool fit(const char *columns, size_t margin, size_t page_width, size_t *widths)
{
    const size_t n = strlen(columns);
    size_t total = margin + GAP * (n - 1);
    for (size_t i = 0; i < n; i++)
        total += widths[i];
    for (; total > page_width; total--) {
        size_t widest = n;
        for (size_t i = 0; i < n; i++)
            if (columns[i] == 'n' && (widest == n || widths[i] > widths[widest]))
                widest = i;
        if (widest == n || widths[widest] <= MIN_NAME_WIDTH)
            break;
        widths[widest]--;
    }
    return total <= page_width;
}

/* Finds the widths for all tables with these columns, so that they are aligned with each other. Returns
 * whether they fit. */
static bool measure(const struct ib_doc *doc, const char *columns, size_t page_width, size_t *widths)
{
    const size_t n = strlen(columns);
    size_t margin = 0;
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++) {
        if (!b->columns || strcmp(b->columns, columns) != 0)
            continue;
        for (size_t i = 0; i < b->n; i++) {
            size_t width = ib_doc_is_span(b, i - i % n) ? 0 : ib_text_width(b->texts[i].text);
            widths[i % n] = width > widths[i % n] ? width : widths[i % n];
        }
        margin = (size_t)margin_of(b) > margin ? (size_t)margin_of(b) : margin;
    }
    return fit(columns, margin, page_width, widths);
}

static const struct layout *layout_of(struct page *page, const struct ib_doc *doc, const char *columns)
{
    for (const struct layout *l = page->layouts; l; l = l->next)
        if (strcmp(l->columns, columns) == 0)
            return l;
    struct layout *l = ib_arena_alloc(page->arena, sizeof *l);
    *l = (struct layout){.columns = columns, .next = page->layouts};
    l->fits = measure(doc, columns, page->width, l->widths);
    page->layouts = l;
    return l;
}

/* Prints a cell, padded to its column unless it is the last. */
static void print_cell(const struct page *page, const struct ib_doc_text *cell, size_t width, bool right,
                       bool last)
{
    const char *text = ib_text_shorten(page->arena, cell->text, width);
    const int blanks = (int)(width - ib_text_width(text));
    fprintf(page->out, "%*s", right ? blanks : 0, "");
    print_styled(page, cell->style, text);
    fprintf(page->out, "%*s", right || last ? 0 : blanks, "");
}

/* Prints a row of a table that is too wide as a paragraph: its first cell, and below it every other with its
 * head. */
static void print_stacked(const struct page *page, const struct ib_doc_block *table, size_t first, int margin)
{
    struct ib_doc_text runs[2 * MAX_COLUMNS];
    const size_t columns = ib_doc_columns(table);
    size_t n = 0, last = 0;
    for (size_t i = 1; i < columns; i++)
        last = table->texts[first + i].text[0] ? i : last;
    for (size_t i = 1; i <= last; i++) {
        const struct ib_doc_text *cell = &table->texts[first + i];
        if (!cell->text[0])
            continue;
        runs[n++] = (struct ib_doc_text){.text = table->texts[i].text};
        runs[n] = *cell;
        runs[n++].text = ib_arena_print(page->arena, i < last ? "%s," : "%s", cell->text);
    }
    fill(page, margin, &table->texts[first], 1);
    fill(page, margin + MARGIN, runs, n);
}

static void print_table(struct page *page, const struct ib_doc *doc, const struct ib_doc_block *table)
{
    const size_t n = ib_doc_columns(table);
    const struct layout *layout = layout_of(page, doc, table->columns);
    const bool stacked = !layout->fits && table->n_head && page->width < IB_PAGE_WIDTH;
    const int margin = margin_of(table);
    for (size_t first = stacked ? n : 0; first < table->n; first += n) {
        if (ib_doc_is_span(table, first)) {
            fill(page, MARGIN, &table->texts[first], 1);
            continue;
        }
        if (stacked) {
            print_stacked(page, table, first, margin);
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            fprintf(page->out, "%*s", i ? GAP : margin, "");
            print_cell(page, &table->texts[first + i], layout->widths[i], ib_doc_is_number(table, i),
                       i == n - 1);
        }
        fputc('\n', page->out);
    }
}

/* ---- the document ---- */

static void print_block(struct page *page, const struct ib_doc *doc, const struct ib_doc_block *block)
{
    switch (block->kind) {
    case IB_DOC_HEADING:
    case IB_DOC_FOLD:
        fill(page, 0, &(struct ib_doc_text){.text = block->texts[0].text, .style = IB_STRONG}, 1);
        break;
    case IB_DOC_CODE:
        print_code(page, block->texts[0].text);
        break;
    case IB_DOC_FACTS:
    case IB_DOC_TABLE:
        print_table(page, doc, block);
        break;
    case IB_DOC_ITEM:
        fill(page, MARGIN, ib_doc_item_line(page->arena, block), block->n);
        break;
    default:
        fill(page,
             block->kind == IB_DOC_CLAIM  ? 0
             : block->kind == IB_DOC_NOTE ? 2 * MARGIN
                                          : MARGIN,
             block->texts, block->n);
    }
}

static bool is_paragraph(enum ib_doc_kind kind)
{
    return kind == IB_DOC_PARAGRAPH || kind == IB_DOC_NOTE || kind == IB_DOC_SERIES || kind == IB_DOC_ITEM;
}

/* The width of a terminal, as far as a page needs it; that of a page elsewhere. */
static size_t width_of(FILE *out)
{
    struct winsize size;
    if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col < NARROWEST ||
        size.ws_col > IB_PAGE_WIDTH)
        return IB_PAGE_WIDTH;
    return size.ws_col;
}

void ib_render_text(FILE *out, const struct ib_doc *doc, enum ib_colour colour)
{
    ib_render_text_within(out, doc, colour, width_of(out));
}

void ib_render_text_within(FILE *out, const struct ib_doc *doc, enum ib_colour colour, size_t width)
{
    struct page page = {out, is_coloured(out, colour), width, doc->arena, NULL};
    const struct ib_doc_block *last = NULL;
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++) {
        if (ib_doc_is_of_pages(b->kind))
            continue;
        bool close = !last || last->kind == IB_DOC_HEADING || last->kind == IB_DOC_FOLD ||
                     (is_paragraph(last->kind) && is_paragraph(b->kind));
        fputs(close ? "" : "\n", out);
        print_block(&page, doc, b);
        last = b;
    }
}
