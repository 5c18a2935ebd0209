#include "report/doc_model.h"

#include "report/escape.h"

#include <string.h>

enum { MARGIN = 2, GAP = 2, MIN_NAME_WIDTH = 12, MAX_COLUMNS = 12 };

/* ---- building ---- */

static struct ib_block *add(struct ib_blocks *blocks, enum ib_block_kind kind)
{
    blocks->list =
        ib_arena_grow(blocks->arena, blocks->list, sizeof *blocks->list, blocks->n, &blocks->capacity);
    blocks->list[blocks->n] = (struct ib_block){.kind = kind};
    return &blocks->list[blocks->n++];
}

void ib_blocks_heading(struct ib_blocks *blocks, const char *text)
{
    add(blocks, IB_BLOCK_HEADING)->text = text;
}

void ib_blocks_words(struct ib_blocks *blocks, const char *text)
{
    add(blocks, IB_BLOCK_WORDS)->text = text;
}

void ib_blocks_table(struct ib_blocks *blocks, const char *columns, const char *const *heads)
{
    add(blocks, IB_BLOCK_TABLE)->columns = columns;
    ib_blocks_row(blocks, heads);
}

void ib_blocks_row(struct ib_blocks *blocks, const char *const *cells)
{
    struct ib_block *table = &blocks->list[blocks->n - 1];
    for (size_t i = 0; table->columns[i]; i++) {
        table->cells = ib_arena_grow(blocks->arena, table->cells, sizeof *table->cells, table->n_cells,
                                     &table->capacity);
        table->cells[table->n_cells++] = cells[i];
    }
}

void ib_blocks_span(struct ib_blocks *blocks, const char *text)
{
    ib_blocks_row(blocks, (const char *[MAX_COLUMNS]){text});
}

static bool is_span(const struct ib_block *table, size_t first)
{
    return table->cells[first + 1] == NULL;
}

static bool is_number(const struct ib_block *table, size_t column)
{
    return table->columns[column] == 'r';
}

/* ---- for the terminal ---- */

/* What stands below a span stands a little further in. */
static int margin_of(const struct ib_block *table)
{
    const size_t n = strlen(table->columns);
    for (size_t first = 0; first < table->n_cells; first += n)
        if (is_span(table, first))
            return 2 * MARGIN;
    return MARGIN;
}

/* Those of names share what does not fit. */
static void fit(const struct ib_block *table, size_t *widths)
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

static void measure(const struct ib_block *table, size_t *widths)
{
    const size_t n = strlen(table->columns);
    for (size_t first = 0; first < table->n_cells; first += n)
        for (size_t i = 0; i < n && !is_span(table, first); i++) {
            size_t width = ib_plain_width(table->cells[first + i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
    fit(table, widths);
}

static void print_cells(const struct ib_plain *page, const struct ib_block *table, size_t first,
                        const size_t *widths)
{
    const int margin = margin_of(table);
    for (size_t i = 0; table->columns[i]; i++) {
        bool last = !table->columns[i + 1];
        fprintf(page->out, "%*s", i ? GAP : margin, "");
        ib_plain_padded(page, "", ib_plain_shorten(page->arena, table->cells[first + i], widths[i]),
                        last && !is_number(table, i) ? 0 : widths[i], is_number(table, i));
    }
    fputc('\n', page->out);
}

static void print_table(const struct ib_plain *page, const struct ib_block *table)
{
    const size_t n = strlen(table->columns);
    size_t widths[MAX_COLUMNS] = {0};
    measure(table, widths);
    for (size_t first = 0; first < table->n_cells; first += n)
        if (is_span(table, first))
            ib_plain_words(page, MARGIN, IB_BOLD, table->cells[first]);
        else
            print_cells(page, table, first, widths);
}

void ib_blocks_plain(const struct ib_plain *page, const struct ib_blocks *blocks)
{
    for (const struct ib_block *b = blocks->list; b < blocks->list + blocks->n; b++) {
        if (b->kind == IB_BLOCK_TABLE)
            print_table(page, b);
        else
            ib_plain_words(page, b->kind == IB_BLOCK_HEADING ? 0 : MARGIN,
                           b->kind == IB_BLOCK_HEADING ? IB_BOLD : "", b->text);
        bool goes_on = b + 1 < blocks->list + blocks->n && b[1].kind == IB_BLOCK_WORDS;
        if (b->kind == IB_BLOCK_TABLE || (b->kind == IB_BLOCK_WORDS && !goes_on))
            fputc('\n', page->out);
    }
}

/* ---- as Markdown ---- */

static void print_markdown_table(FILE *out, struct ib_arena *arena, const struct ib_block *table)
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

void ib_blocks_markdown(FILE *out, const struct ib_blocks *blocks, const char *level)
{
    for (const struct ib_block *b = blocks->list; b < blocks->list + blocks->n; b++) {
        if (b->kind == IB_BLOCK_TABLE)
            print_markdown_table(out, blocks->arena, b);
        else
            fprintf(out, "%s%s%s\n\n", b->kind == IB_BLOCK_HEADING ? level : "",
                    b->kind == IB_BLOCK_HEADING ? " " : "", ib_escape_markdown(blocks->arena, b->text));
    }
}

/* ---- as HTML ---- */

static void print_html_row(FILE *out, struct ib_arena *arena, const struct ib_block *table, size_t first,
                           const char *tag)
{
    fprintf(out, "<tr>");
    for (size_t column = 0; table->columns[column]; column++)
        fprintf(out, "<%s%s>%s</%.2s>", tag, is_number(table, column) ? " class=\"number\"" : "",
                ib_escape_html(arena, table->cells[first + column]), tag);
    fprintf(out, "</tr>\n");
}

static void print_html_span(FILE *out, struct ib_arena *arena, const struct ib_block *table, size_t first)
{
    fprintf(out, "<tr><th scope=\"rowgroup\" class=\"span\" colspan=\"%zu\">%s</th></tr>\n",
            strlen(table->columns), ib_escape_html(arena, table->cells[first]));
}

static void print_html_table(FILE *out, struct ib_arena *arena, const struct ib_block *table)
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

void ib_blocks_html(FILE *out, const struct ib_blocks *blocks, const char *tag)
{
    for (const struct ib_block *b = blocks->list; b < blocks->list + blocks->n; b++) {
        if (b->kind == IB_BLOCK_TABLE)
            print_html_table(out, blocks->arena, b);
        else if (b->kind == IB_BLOCK_HEADING)
            fprintf(out, "<%s>%s</%s>\n", tag, ib_escape_html(blocks->arena, b->text), tag);
        else
            fprintf(out, "<p class=\"about\">%s</p>\n", ib_escape_html(blocks->arena, b->text));
    }
}
