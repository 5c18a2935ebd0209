#include "report/render.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/paths.h"
#include "report/escape.h"

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

static void print_cells(const struct page *page, const struct ib_doc_block *table, size_t first,
                        const char *tag)
{
    const enum ib_doc_style row = table->texts[first].style;
    fprintf(page->out, "<tr%s>", attribute(page, "class", styles[row].class));
    for (size_t i = 0; i < ib_doc_columns(table); i++) {
        const struct ib_doc_text *cell = &table->texts[first + i];
        const char *style = i ? styles[cell->style].class : "",
                   *number = ib_doc_is_number(table, i) ? "number" : "";
        const char *class =
            ib_arena_print(page->arena, "%s%s%s", number, number[0] && style[0] ? " " : "", style);
        fprintf(page->out, "<%s%s>", tag, attribute(page, "class", class));
        print_linked(page, cell);
        print_end(page, tag);
    }
    fprintf(page->out, "</tr>\n");
}

static void print_table(const struct page *page, const struct ib_doc_block *table)
{
    const size_t n = ib_doc_columns(table);
    fprintf(page->out, "<div class=\"wide\"><table%s>\n<thead>",
            table->sortable ? " class=\"sortable\"" : "");
    if (table->n_head)
        print_cells(page, table, 0, "th scope=\"col\"");
    fprintf(page->out, "</thead>\n<tbody>\n");
    for (size_t first = table->n_head; first < table->n; first += n)
        if (ib_doc_is_span(table, first))
            fprintf(page->out, "<tr><th scope=\"rowgroup\" class=\"span\" colspan=\"%zu\">%s</th></tr>\n", n,
                    escaped(page, table->texts[first].text));
        else
            print_cells(page, table, first, "td");
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

static void print_figure(const struct page *page, const struct ib_doc_block *figure)
{
    fprintf(page->out, "<figure>\n<div class=\"chart\">%s</div>\n", figure->svg);
    print_runs(page, "figcaption", figure->texts + 1, figure->n - 1);
    fprintf(page->out, "</figure>\n");
}

static void print_fold(const struct page *page, const struct ib_doc_block *fold)
{
    fprintf(page->out, "<details%s>\n", attribute(page, "id", fold->id));
    print_runs(page, "summary", fold->texts, fold->n);
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
static void print_next(struct page *page, const struct ib_doc_block *block)
{
    struct ib_arena scratch = {0};
    page->arena = &scratch;
    if (block->kind != IB_DOC_ITEM && block->kind != IB_DOC_NOTE)
        end_list(page);
    print_block(page, block);
    ib_arena_free(&scratch);
}

static void print_part(struct page *page, const struct ib_doc_block *part)
{
    struct ib_arena arena = {0};
    struct ib_doc doc = {.arena = &arena};
    part->build(&doc, part->what);
    for (const struct ib_doc_block *b = doc.list; b < doc.list + doc.n; b++)
        print_next(page, b);
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
            print_next(&page, b);
    end_list(&page);
    fprintf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", script);
    return IB_OK;
}
