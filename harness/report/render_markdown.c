#include "report/render.h"

#include "report/escape.h"

#include <string.h>

static const char *mark_of(enum ib_doc_style style)
{
    return style == IB_STRONG ? "**" : style == IB_STRUCK ? "~~" : "";
}

static void print_text(FILE *out, struct ib_arena *arena, const struct ib_doc_text *text)
{
    const char *mark = mark_of(text->style);
    fprintf(out, "%s%s%s", mark, ib_escape_markdown(arena, text->text), mark);
}

static void print_runs(FILE *out, struct ib_arena *arena, const char *before, const struct ib_doc_text *runs,
                       size_t n)
{
    fputs(before, out);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? " " : "", out);
        print_text(out, arena, &runs[i]);
    }
    fputc('\n', out);
}

static void print_code(FILE *out, const char *text)
{
    for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        fprintf(out, "    %.*s\n", (int)(end - line), line);
    }
}

/* Markdown tables need a head, which may be empty. */
static void print_heads(FILE *out, struct ib_arena *arena, const struct ib_doc_block *table)
{
    const size_t n = ib_doc_columns(table);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "| %s ", table->n_head ? ib_escape_markdown(arena, table->texts[i].text) : "");
    fprintf(out, "|\n");
    for (size_t i = 0; i < n; i++)
        fprintf(out, ib_doc_is_number(table, i) ? "|---:" : "|---");
    fprintf(out, "|\n");
}

static void print_table(FILE *out, struct ib_arena *arena, const struct ib_doc_block *table)
{
    const size_t n = ib_doc_columns(table);
    print_heads(out, arena, table);
    for (size_t i = table->n_head; i < table->n; i++) {
        fprintf(out, "| ");
        if (table->texts[i].text)
            print_text(out, arena, &table->texts[i]);
        fprintf(out, (i + 1) % n ? " " : " |\n");
    }
}

static void print_figure(FILE *out, struct ib_arena *arena, const struct ib_doc_block *figure)
{
    fprintf(out, "![%s](%s)\n", ib_escape_markdown(arena, figure->texts[0].text), figure->file);
    if (figure->n > 1)
        print_runs(out, arena, "\n", figure->texts + 1, figure->n - 1);
}

static void print_block(FILE *out, struct ib_arena *arena, const struct ib_doc_block *block)
{
    static const char levels[] = "######";
    const bool is_head = block->kind == IB_DOC_HEADING || (block->kind == IB_DOC_FOLD && block->level);
    if (is_head) {
        print_runs(out, arena, ib_arena_print(arena, "%.*s ", block->level, levels), block->texts,
                   block->kind == IB_DOC_HEADING ? block->n : 1);
        return;
    }
    switch (block->kind) {
    case IB_DOC_CODE:
        print_code(out, block->texts[0].text);
        break;
    case IB_DOC_FACTS:
    case IB_DOC_TABLE:
        print_table(out, arena, block);
        break;
    case IB_DOC_FIGURE:
        print_figure(out, arena, block);
        break;
    case IB_DOC_FOLD:
        print_text(out, arena, &(struct ib_doc_text){.text = block->texts[0].text, .style = IB_STRONG});
        fputc('\n', out);
        break;
    case IB_DOC_ITEM:
        print_runs(out, arena, "- ", ib_doc_item_line(arena, block), block->n);
        break;
    default:
        print_runs(out, arena, block->kind == IB_DOC_NOTE ? "  " : "", block->texts, block->n);
    }
}

void ib_render_markdown(FILE *out, const struct ib_doc *doc)
{
    bool listing = false;
    for (const struct ib_doc_block *b = doc->list; b < doc->list + doc->n; b++) {
        if (ib_doc_is_of_pages(b->kind))
            continue;
        bool continues = listing && (b->kind == IB_DOC_ITEM || b->kind == IB_DOC_NOTE);
        fputs(b == doc->list || continues ? "" : "\n", out);
        print_block(out, doc->arena, b);
        listing = continues || b->kind == IB_DOC_ITEM;
    }
}
