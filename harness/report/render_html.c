#include "report/render.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/paths.h"
#include "report/escape.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

enum { MAX_PART_BYTES = 1 << 20 };

/* The element for each style of a run, and the class for cells and rows. */
static const struct {
    const char *tag, *class;
} styles[] = {[IB_PLAIN] = {NULL, ""},
              [IB_STRONG] = {"b", "strong"},
              [IB_SOFT] = {"span class=\"soft\"", "soft"},
              [IB_STRUCK] = {"del", "struck"},
              [IB_GOOD] = {"span class=\"good\"", "good"},
              [IB_IDLE] = {"span class=\"idle\"", "idle"},
              [IB_BAD] = {"span class=\"bad\"", "bad"}};

struct page {
    FILE *out;
    struct ib_arena *arena;
    bool listing; /* within a list of items */
};

static const char *escaped(const struct page *page, const char *text)
{
    return ib_escape_html(page->arena, text);
}

/* ` name="value"`, or "". */
static const char *attribute(const struct page *page, const char *name, const char *value)
{
    return value && value[0] ? ib_arena_print(page->arena, " %s=\"%s\"", name, value) : "";
}

static void print_linked(const struct page *page, const struct ib_doc_text *text)
{
    if (text->to)
        fprintf(page->out, "<a href=\"#%s\">%s</a>", text->to, escaped(page, text->text));
    else if (text->page)
        fprintf(page->out, "<a href=\"%s\">%s</a>", text->page, escaped(page, text->text));
    else
        fputs(escaped(page, text->text), page->out);
}

static void print_end(const struct page *page, const char *tag)
{
    fprintf(page->out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

static void print_run(const struct page *page, const struct ib_doc_text *run)
{
    const char *tag = styles[run->style].tag;
    if (tag)
        fprintf(page->out, "<%s>", tag);
    print_linked(page, run);
    if (tag)
        print_end(page, tag);
}

/* Prints runs within an element; `tag` may include attributes. */
static void print_runs(const struct page *page, const char *tag, const struct ib_doc_text *runs, size_t n)
{
    fprintf(page->out, "<%s>", tag);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? " " : "", page->out);
        print_run(page, &runs[i]);
    }
    print_end(page, tag);
    fputc('\n', page->out);
}

/* ---- tables and facts ---- */

/* A table of so many columns becomes a card for each row, in a narrow window. */
enum { CARD_COLUMNS = 4 };

static bool is_shaded(const struct ib_doc_block *table)
{
    for (size_t i = table->n_head; i < table->n; i++)
        if (table->texts[i].drawing && table->texts[i].drawing->kind == IB_DRAW_SHADE)
            return true;
    return false;
}

static bool has_cards(const struct ib_doc_block *table)
{
    return table->n_head && ib_doc_columns(table) >= CARD_COLUMNS && !is_shaded(table);
}

/* A line from `low` to `high` with a mark at `value`, over one at `reference`. */
static void print_interval(const struct page *page, const struct ib_doc_drawing *d)
{
    const double low = isnan(d->low) ? d->value : d->low, high = isnan(d->high) ? d->value : d->high;
    fprintf(
        page->out,
        "<svg class=\"interval\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        "<path class=\"reference\" d=\"M%.1f 0V10\"/><path d=\"M%.1f 5H%.1f M%.1f 1V9\"/></svg>",
        100 * d->reference, 100 * low, 100 * high, 100 * d->value);
}

static void print_cell(const struct page *page, const struct ib_doc_text *cell)
{
    const struct ib_doc_drawing *drawing = cell->drawing;
    if (drawing && drawing->kind == IB_DRAW_MARK)
        fprintf(page->out, "<i class=\"mark m%d\" style=\"color:%s\"></i>", drawing->shape, drawing->colour);
    print_linked(page, cell);
    if (drawing && drawing->kind == IB_DRAW_INTERVAL)
        print_interval(page, drawing);
}

/* "number good"; "number none" for an empty cell, which cards leave out */
static const char *class_of(const struct page *page, const struct ib_doc_block *table, size_t i,
                            const struct ib_doc_text *cell)
{
    const char *style = !i                                 ? ""
                        : strcmp(cell->text, IB_DASH) == 0 ? "none"
                                                           : styles[cell->style].class,
               *number = ib_doc_is_number(table, i) ? "number" : "";
    return ib_arena_print(page->arena, "%s%s%s", number, number[0] && style[0] ? " " : "", style);
}

static const char *shade_of(const struct page *page, const struct ib_doc_text *cell)
{
    const struct ib_doc_drawing *drawing = cell->drawing;
    return drawing && drawing->kind == IB_DRAW_SHADE
               ? ib_arena_print(page->arena, "--shade:%.0f%%", 100 * drawing->value)
               : NULL;
}

/* A row; with `heads`, each of its cells is labelled with its column's. */
static void print_cells(const struct page *page, const struct ib_doc_block *table, size_t first,
                        const char *tag, const struct ib_doc_text *heads)
{
    const enum ib_doc_style row = table->texts[first].style;
    fprintf(page->out, "<tr%s>", attribute(page, "class", styles[row].class));
    for (size_t i = 0; i < ib_doc_columns(table); i++) {
        const struct ib_doc_text *cell = &table->texts[first + i];
        fprintf(page->out, "<%s%s%s%s>", tag, attribute(page, "class", class_of(page, table, i, cell)),
                heads && i ? attribute(page, "data-label", escaped(page, heads[i].text)) : "",
                attribute(page, "style", shade_of(page, cell)));
        print_cell(page, cell);
        print_end(page, tag);
    }
    fprintf(page->out, "</tr>\n");
}

/* "sortable cards" */
static const char *table_class(const struct page *page, const struct ib_doc_block *table)
{
    const char *form = is_shaded(table) ? "heat" : has_cards(table) ? "cards" : "";
    return ib_arena_print(page->arena, "%s%s%s", table->sortable ? "sortable" : "",
                          table->sortable && form[0] ? " " : "", form);
}

static void print_table(const struct page *page, const struct ib_doc_block *table)
{
    const size_t n = ib_doc_columns(table);
    const struct ib_doc_text *labels = has_cards(table) ? table->texts : NULL;
    fprintf(page->out, "<div class=\"wide\"><table%s>\n<thead>",
            attribute(page, "class", table_class(page, table)));
    if (table->n_head)
        print_cells(page, table, 0, "th scope=\"col\"", NULL);
    fprintf(page->out, "</thead>\n<tbody>\n");
    for (size_t first = table->n_head; first < table->n; first += n)
        if (ib_doc_is_span(table, first))
            fprintf(page->out, "<tr><th scope=\"rowgroup\" class=\"span\" colspan=\"%zu\">%s</th></tr>\n", n,
                    escaped(page, table->texts[first].text));
        else
            print_cells(page, table, first, "td", labels);
    fprintf(page->out, "</tbody>\n</table></div>\n");
}

static void print_facts(const struct page *page, const struct ib_doc_block *facts)
{
    const bool grouped = ib_doc_is_span(facts, 0);
    fputs(grouped ? "<div class=\"facets\">\n<dl>\n" : "<dl class=\"facts\">\n", page->out);
    for (size_t i = 0; i < facts->n; i += 2) {
        const char *label = escaped(page, facts->texts[i].text);
        if (ib_doc_is_span(facts, i))
            fprintf(page->out, "%s<dt class=\"facet\">%s</dt><dd></dd>\n", i ? "</dl>\n<dl>\n" : "", label);
        else
            fprintf(page->out, "<div><dt>%s</dt><dd>%s</dd></div>\n", label,
                    escaped(page, facts->texts[i + 1].text));
    }
    fputs(grouped ? "</dl>\n</div>\n" : "</dl>\n", page->out);
}

/* ---- other blocks ---- */

static void print_item(struct page *page, const struct ib_doc_block *item)
{
    fputs(page->listing ? "</li>\n<li>" : "<ul class=\"items\">\n<li>", page->out);
    page->listing = true;
    print_runs(page, "h3", item->texts, item->n_head);
    if (item->n_head < item->n)
        print_runs(page, "p", item->texts + item->n_head, item->n - item->n_head);
}

static void end_list(struct page *page)
{
    fputs(page->listing ? "</li>\n</ul>\n" : "", page->out);
    page->listing = false;
}

static void print_series(const struct page *page, const struct ib_doc_block *series)
{
    fprintf(page->out, "<ul class=\"series\">\n");
    for (size_t i = 0; i < series->n; i++)
        print_runs(page, "li", &series->texts[i], 1);
    fprintf(page->out, "</ul>\n");
}

/* With a drawing for narrow windows, each is shown where it fits; only the wide one has its title within. */
static void print_figure(const struct page *page, const struct ib_doc_block *figure)
{
    fprintf(page->out, "<figure>\n");
    if (!figure->svg)
        fprintf(page->out, "<p class=\"title\"><a href=\"%s\">%s</a></p>\n", escaped(page, figure->file),
                escaped(page, figure->texts[0].text));
    else if (figure->narrow)
        fprintf(page->out,
                "<p class=\"title\">%s</p>\n<div class=\"chart in-wide\">%s</div>\n"
                "<div class=\"chart in-narrow\">%s</div>\n",
                escaped(page, figure->texts[0].text), figure->svg, figure->narrow);
    else
        fprintf(page->out, "<div class=\"chart\">%s</div>\n", figure->svg);
    if (figure->n > 1)
        print_runs(page, "figcaption", figure->texts + 1, figure->n - 1);
    fprintf(page->out, "</figure>\n");
}

static void print_fold(const struct page *page, const struct ib_doc_block *fold)
{
    fprintf(page->out, "<details%s%s%s>\n", attribute(page, "id", fold->id),
            fold->level ? " class=\"part\"" : "", fold->open ? " open" : "");
    if (!fold->level) {
        print_runs(page, "summary", fold->texts, fold->n);
        return;
    }
    fprintf(page->out, "<summary>");
    print_runs(page, ib_arena_print(page->arena, "h%d", fold->level), fold->texts, 1);
    for (size_t i = 1; i < fold->n; i++)
        print_run(page, &fold->texts[i]);
    fprintf(page->out, "</summary>\n");
}

/* Links to the main parts of the document. */
static void print_contents(const struct page *page, const struct ib_doc *doc)
{
    fprintf(page->out, "<nav class=\"contents\" aria-label=\"Contents\">\n<ul>\n");
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++)
        if ((b->kind == IB_DOC_HEADING || b->kind == IB_DOC_FOLD) && b->level == 2 && b->id)
            fprintf(page->out, "<li><a href=\"#%s\">%s</a></li>\n", b->id, escaped(page, b->texts[0].text));
    fprintf(page->out, "</ul>\n</nav>\n");
}

static void print_block(struct page *page, const struct ib_doc_block *block)
{
    static const char *const paragraphs[] = {[IB_DOC_PARAGRAPH] = "p class=\"about\"",
                                             [IB_DOC_CLAIM] = "p",
                                             [IB_DOC_NOTE] = "p class=\"note\"",
                                             [IB_DOC_CODE] = "pre"};
    switch (block->kind) {
    case IB_DOC_HEADING:
        print_runs(page, ib_arena_print(page->arena, "h%d%s", block->level, attribute(page, "id", block->id)),
                   block->texts, block->n);
        break;
    case IB_DOC_SERIES:
        print_series(page, block);
        break;
    case IB_DOC_ITEM:
        print_item(page, block);
        break;
    case IB_DOC_FACTS:
        print_facts(page, block);
        break;
    case IB_DOC_TABLE:
        print_table(page, block);
        break;
    case IB_DOC_FIGURE:
        print_figure(page, block);
        break;
    case IB_DOC_FOLD:
        print_fold(page, block);
        break;
    case IB_DOC_END:
        fprintf(page->out, "</details>\n");
        break;
    default:
        print_runs(page, paragraphs[block->kind], block->texts, block->n);
    }
}

/* Texts that are made for printing last as long as their block. */
static void print_next(struct page *page, const struct ib_doc *doc, const struct ib_doc_block *block)
{
    struct ib_arena scratch = {0};
    page->arena = &scratch;
    if (block->kind != IB_DOC_ITEM && block->kind != IB_DOC_NOTE)
        end_list(page);
    if (block->kind == IB_DOC_CONTENTS)
        print_contents(page, doc);
    else
        print_block(page, block);
    ib_arena_free(&scratch);
}

static void print_part(struct page *page, const struct ib_doc_block *part)
{
    struct ib_arena arena = {0};
    struct ib_doc doc = {.arena = &arena};
    part->build(&doc, part->what);
    for (const struct ib_doc_block *b = doc.list; b < doc.list + doc.n; b++)
        print_next(page, &doc, b);
    ib_arena_free(&arena);
}

/* ---- the page ---- */

static const char *title_of(const struct ib_doc *doc)
{
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++)
        if (b->kind == IB_DOC_HEADING)
            return b->texts[0].text;
    return "ironbench";
}

/* Reads a file to be embedded in the page. */
static enum ib_status read_part(struct ib_arena *arena, const char *name, char **out)
{
    size_t bytes;
    return ib_file_read(arena, ib_home_path(arena, name), MAX_PART_BYTES, out, &bytes);
}

/* The policy lets a browser run the page's own script and nothing else, and load nothing, whatever else gets
 * into the page. Charts have styles of their own. */
static const char *policy(struct ib_arena *arena, const char *script)
{
    char hash[IB_HASH_BASE64];
    ib_hash_base64_of(script, strlen(script), hash);
    return ib_arena_print(arena,
                          "default-src 'none'; script-src 'sha256-%s'; style-src 'unsafe-inline'; "
                          "base-uri 'none'; form-action 'none'",
                          hash);
}

enum ib_status ib_render_html(FILE *out, const struct ib_doc *doc)
{
    char *style, *script;
    struct page page = {.out = out, .arena = doc->arena};
    IB_TRY(read_part(doc->arena, "results/report.css", &style));
    IB_TRY(read_part(doc->arena, "results/report.js", &script));
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n",
            policy(doc->arena, script), escaped(&page, title_of(doc)), style);
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++)
        if (b->kind == IB_DOC_PART)
            print_part(&page, b);
        else
            print_next(&page, doc, b);
    end_list(&page);
    fprintf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", script);
    return IB_OK;
}
