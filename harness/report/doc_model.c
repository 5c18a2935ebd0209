#include "report/doc_model.h"

#include "report/escape.h"

#include <string.h>

enum { MARGIN = 2, GAP = 2, MIN_NAME_WIDTH = 12, MAX_COLUMNS = 12 };

/* ---- building ---- */

static struct ib_doc_block *add(struct ib_doc *doc, enum ib_doc_block_kind kind)
{
    doc->list = ib_arena_grow(doc->arena, doc->list, sizeof *doc->list, doc->n, &doc->capacity);
    doc->list[doc->n] = (struct ib_doc_block){.kind = kind};
    return &doc->list[doc->n++];
}

void ib_doc_heading(struct ib_doc *doc, const char *text)
{
    add(doc, IB_DOC_HEADING)->text = text;
}

void ib_doc_paragraph(struct ib_doc *doc, const char *text)
{
    add(doc, IB_DOC_PARAGRAPH)->text = text;
}

void ib_doc_table(struct ib_doc *doc, const char *columns, const char *const *heads)
{
    add(doc, IB_DOC_TABLE)->columns = columns;
    ib_doc_row(doc, heads);
}

void ib_doc_row(struct ib_doc *doc, const char *const *cells)
{
    struct ib_doc_block *table = &doc->list[doc->n - 1];
    for (size_t i = 0; table->columns[i]; i++) {
        table->cells =
            ib_arena_grow(doc->arena, table->cells, sizeof *table->cells, table->n_cells, &table->capacity);
        table->cells[table->n_cells++] = cells[i];
    }
}

void ib_doc_span(struct ib_doc *doc, const char *text)
{
    ib_doc_row(doc, (const char *[MAX_COLUMNS]){text});
}

static bool is_span(const struct ib_doc_block *table, size_t first)
{
    return table->cells[first + 1] == NULL;
}

static bool is_number(const struct ib_doc_block *table, size_t column)
{
    return table->columns[column] == 'r';
}

/* ---- for the terminal ---- */

/* What stands below a span stands a little further in. */
static int margin_of(const struct ib_doc_block *table)
{
    const size_t n = strlen(table->columns);
    for (size_t first = 0; first < table->n_cells; first += n)
        if (is_span(table, first))
            return 2 * MARGIN;
    return MARGIN;
}

/* Those of names share what does not fit. */
static void fit(const struct ib_doc_block *table, size_t *widths)
{
    const size_t n = strlen(table->columns);
    size_t total = (size_t)margin_of(table) + GAP * (n - 1);
    for (size_t i = 0; i < n; i++)
        total += widths[i];
    for (; total > IB_PAGE_WIDTH; total--) {
        size_t widest = n;
        for (size_t i = 0; i < n; i++)
            if (table->columns[i] == 'n' && (widest == n || widths[i] > widths[widest]))
                widest = i;
        if (widest == n || widths[widest] <= MIN_NAME_WIDTH)
            break;
        widths[widest]--;
    }
}

static void measure(const struct ib_doc_block *table, size_t *widths)
{
    const size_t n = strlen(table->columns);
    for (size_t first = 0; first < table->n_cells; first += n)
        for (size_t i = 0; i < n && !is_span(table, first); i++) {
            size_t width = ib_text_width(table->cells[first + i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
    fit(table, widths);
}

static void print_cells(const struct ib_text_page *page, const struct ib_doc_block *table, size_t first,
                        const size_t *widths)
{
    const int margin = margin_of(table);
    for (size_t i = 0; table->columns[i]; i++) {
        bool last = !table->columns[i + 1];
        fprintf(page->out, "%*s", i ? GAP : margin, "");
        ib_text_padded(page, "", ib_text_shorten(page->arena, table->cells[first + i], widths[i]),
                       last && !is_number(table, i) ? 0 : widths[i], is_number(table, i));
    }
    fputc('\n', page->out);
}

static void print_table(const struct ib_text_page *page, const struct ib_doc_block *table)
{
    const size_t n = strlen(table->columns);
    size_t widths[MAX_COLUMNS] = {0};
    measure(table, widths);
    for (size_t first = 0; first < table->n_cells; first += n)
        if (is_span(table, first))
            ib_text_paragraph(page, MARGIN, IB_BOLD, table->cells[first]);
        else
            print_cells(page, table, first, widths);
}

void ib_doc_plain(const struct ib_text_page *page, const struct ib_doc *doc)
{
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++) {
        if (b->kind == IB_DOC_TABLE)
            print_table(page, b);
        else
            ib_text_paragraph(page, b->kind == IB_DOC_HEADING ? 0 : MARGIN,
                              b->kind == IB_DOC_HEADING ? IB_BOLD : "", b->text);
        bool goes_on = b + 1 < doc->list + doc->n && b[1].kind == IB_DOC_PARAGRAPH;
        if (b->kind == IB_DOC_TABLE || (b->kind == IB_DOC_PARAGRAPH && !goes_on))
            fputc('\n', page->out);
    }
}

/* ---- as Markdown ---- */

static void print_markdown_table(FILE *out, struct ib_arena *arena, const struct ib_doc_block *table)
{
    const size_t n = strlen(table->columns);
    for (size_t i = 0; i < table->n_cells; i++) {
        fprintf(out, "| %s%s", table->cells[i] ? ib_escape_markdown(arena, table->cells[i]) : "",
                i % n == n - 1 ? " |\n" : " ");
        for (size_t column = 0; i == n - 1 && column < n; column++)
            fprintf(out, "%s%s", is_number(table, column) ? "|---:" : "|---", column == n - 1 ? "|\n" : "");
    }
    fputc('\n', out);
}

void ib_doc_markdown(FILE *out, const struct ib_doc *doc, const char *level)
{
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++) {
        if (b->kind == IB_DOC_TABLE)
            print_markdown_table(out, doc->arena, b);
        else
            fprintf(out, "%s%s%s\n\n", b->kind == IB_DOC_HEADING ? level : "",
                    b->kind == IB_DOC_HEADING ? " " : "", ib_escape_markdown(doc->arena, b->text));
    }
}

/* ---- as HTML ---- */

static void print_html_row(FILE *out, struct ib_arena *arena, const struct ib_doc_block *table, size_t first,
                           const char *tag)
{
    fprintf(out, "<tr>");
    for (size_t column = 0; table->columns[column]; column++)
        fprintf(out, "<%s%s>%s</%.2s>", tag, is_number(table, column) ? " class=\"number\"" : "",
                ib_escape_html(arena, table->cells[first + column]), tag);
    fprintf(out, "</tr>\n");
}

static void print_html_span(FILE *out, struct ib_arena *arena, const struct ib_doc_block *table, size_t first)
{
    fprintf(out, "<tr><th scope=\"rowgroup\" class=\"span\" colspan=\"%zu\">%s</th></tr>\n",
            strlen(table->columns), ib_escape_html(arena, table->cells[first]));
}

static void print_html_table(FILE *out, struct ib_arena *arena, const struct ib_doc_block *table)
{
    const size_t n = strlen(table->columns);
    fprintf(out, "<div class=\"wide\"><table>\n<thead>");
    print_html_row(out, arena, table, 0, "th scope=\"col\"");
    fprintf(out, "</thead>\n<tbody>\n");
    for (size_t first = n; first < table->n_cells; first += n)
        if (is_span(table, first))
            print_html_span(out, arena, table, first);
        else
            print_html_row(out, arena, table, first, "td");
    fprintf(out, "</tbody>\n</table></div>\n");
}

void ib_doc_html(FILE *out, const struct ib_doc *doc, const char *tag)
{
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++) {
        if (b->kind == IB_DOC_TABLE)
            print_html_table(out, doc->arena, b);
        else if (b->kind == IB_DOC_HEADING)
            fprintf(out, "<%s>%s</%s>\n", tag, ib_escape_html(doc->arena, b->text), tag);
        else
            fprintf(out, "<p class=\"about\">%s</p>\n", ib_escape_html(doc->arena, b->text));
    }
}
