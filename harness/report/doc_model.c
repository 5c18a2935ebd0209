#include "report/doc_model.h"

#include "base/plain_text.h"

#include <string.h>

/* ---- building ---- */

struct ib_doc_text *ib_doc_append(struct ib_doc *doc, const char *text, enum ib_doc_style style)
{
    struct ib_doc_block *block = &doc->list[doc->n - 1];
    block->texts = ib_arena_grow(doc->arena, block->texts, sizeof *block->texts, block->n, &block->capacity);
    if (text)
        text = block->kind == IB_DOC_CODE ? ib_plain_lines(doc->arena, text) : ib_plain(doc->arena, text);
    block->texts[block->n] = (struct ib_doc_text){.text = text, .style = style};
    return &block->texts[block->n++];
}

struct ib_doc_block *ib_doc_add(struct ib_doc *doc, enum ib_doc_kind kind, const char *text)
{
    doc->list = ib_arena_grow(doc->arena, doc->list, sizeof *doc->list, doc->n, &doc->capacity);
    doc->list[doc->n++] = (struct ib_doc_block){.kind = kind};
    if (text)
        ib_doc_append(doc, text, IB_PLAIN);
    return &doc->list[doc->n - 1];
}

struct ib_doc_block *ib_doc_heading(struct ib_doc *doc, int level, const char *text)
{
    struct ib_doc_block *heading = ib_doc_add(doc, IB_DOC_HEADING, text);
    heading->level = level;
    return heading;
}

void ib_doc_paragraph(struct ib_doc *doc, const char *text)
{
    ib_doc_add(doc, IB_DOC_PARAGRAPH, text);
}

struct ib_doc_block *ib_doc_fold(struct ib_doc *doc, int level, const char *id, const char *text)
{
    struct ib_doc_block *fold = ib_doc_add(doc, IB_DOC_FOLD, text);
    fold->level = level;
    fold->id = id;
    return fold;
}

void ib_doc_part(struct ib_doc *doc, ib_doc_builder *build, const void *what)
{
    struct ib_doc_block *part = ib_doc_add(doc, IB_DOC_PART, NULL);
    part->build = build;
    part->what = what;
}

void ib_doc_end_head(struct ib_doc *doc)
{
    doc->list[doc->n - 1].n_head = doc->list[doc->n - 1].n;
}

struct ib_doc_block *ib_doc_table(struct ib_doc *doc, const char *columns, const char *const *heads)
{
    struct ib_doc_block *table = ib_doc_add(doc, IB_DOC_TABLE, NULL);
    table->columns = columns;
    if (heads)
        ib_doc_row(doc, heads);
    ib_doc_end_head(doc);
    return table;
}

void ib_doc_expect(struct ib_doc *doc, size_t rows)
{
    struct ib_doc_block *table = &doc->list[doc->n - 1];
    const size_t n = table->n + rows * ib_doc_columns(table);
    struct ib_doc_text *texts = ib_arena_alloc(doc->arena, n * sizeof *texts);
    if (table->n)
        memcpy(texts, table->texts, table->n * sizeof *texts);
    table->texts = texts;
    table->capacity = n;
}

struct ib_doc_text *ib_doc_row(struct ib_doc *doc, const char *const *cells)
{
    struct ib_doc_block *table = &doc->list[doc->n - 1];
    const size_t n = ib_doc_columns(table);
    for (size_t i = 0; i < n; i++)
        ib_doc_append(doc, cells[i], IB_PLAIN);
    return &table->texts[table->n - n];
}

void ib_doc_span(struct ib_doc *doc, const char *text)
{
    const size_t n = ib_doc_columns(&doc->list[doc->n - 1]);
    for (size_t i = 0; i < n; i++)
        ib_doc_append(doc, i ? NULL : text, IB_STRONG);
}

void ib_doc_fact(struct ib_doc *doc, const char *label, const char *value)
{
    if (!doc->n || doc->list[doc->n - 1].kind != IB_DOC_FACTS)
        ib_doc_add(doc, IB_DOC_FACTS, NULL)->columns = "ww";
    ib_doc_row(doc, (const char *[]){label, value});
}

/* ---- reading ---- */

const struct ib_doc_text *ib_doc_item_line(struct ib_arena *arena, const struct ib_doc_block *item)
{
    struct ib_doc_text *runs = ib_arena_alloc(arena, item->n * sizeof *runs);
    memcpy(runs, item->texts, item->n * sizeof *runs);
    if (item->n_head < item->n)
        runs[item->n_head - 1].text = ib_arena_print(arena, "%s:", runs[item->n_head - 1].text);
    return runs;
}

size_t ib_doc_columns(const struct ib_doc_block *table)
{
    return strlen(table->columns);
}

bool ib_doc_is_span(const struct ib_doc_block *table, size_t first)
{
    return table->texts[first + 1].text == NULL;
}

bool ib_doc_is_number(const struct ib_doc_block *table, size_t column)
{
    return table->columns[column] == 'r';
}

bool ib_doc_is_of_pages(enum ib_doc_kind kind)
{
    return kind == IB_DOC_END || kind == IB_DOC_PART || kind == IB_DOC_CONTENTS;
}
