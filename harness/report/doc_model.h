/* A document: headings, paragraphs, tables and the like in reading order. It is built once and laid out by
 * the renderers (render.h), which know nothing of its subject. Text is UTF-8 and not escaped. */
#ifndef IB_REPORT_DOC_MODEL_H
#define IB_REPORT_DOC_MODEL_H

#include "base/arena.h"

#include <stdbool.h>

enum ib_doc_style { IB_PLAIN, IB_STRONG, IB_SOFT, IB_STRUCK, IB_GOOD, IB_IDLE, IB_BAD };

/* A run of text in one style. Runs that follow each other are separated by a blank. */
struct ib_doc_text {
    const char *text;
    enum ib_doc_style style;
    const char *to; /* id of the block that a table's cell or an item's head leads to; NULL: no link */
};

enum ib_doc_kind {
    IB_DOC_HEADING,
    IB_DOC_PARAGRAPH,
    IB_DOC_CLAIM,  /* a paragraph that readers look for first */
    IB_DOC_NOTE,   /* a paragraph that qualifies the block before it */
    IB_DOC_SERIES, /* short entries, a run each */
    IB_DOC_ITEM,   /* an entry of a list: a head and what is said of it */
    IB_DOC_CODE,   /* lines as they are */
    IB_DOC_FACTS,  /* labels and values, as a table of two columns; a span begins a group */
    IB_DOC_TABLE,
    IB_DOC_FIGURE, /* title and caption */
    IB_DOC_FOLD,   /* begins what a page folds away, under these runs */
    IB_DOC_END     /* ends it */
};

struct ib_doc_block {
    enum ib_doc_kind kind;
    int level;                 /* of a heading: 1 is the title */
    const char *id;            /* for links; NULL */
    struct ib_doc_text *texts; /* runs; of a table its cells, row by row, heads first */
    size_t n, capacity;
    size_t n_head;       /* how many of them are an item's head, or a table's heads */
    const char *columns; /* of a table, a letter each: 'n' names, 'w' words, 'r' numbers, to the right */
    bool sortable;       /* a table whose columns have one unit each */
    const char *file;    /* of a figure, relative to the document */
    const char *svg;     /* its <svg> element */
};

struct ib_doc {
    struct ib_arena *arena; /* set it, and all else to 0 */
    struct ib_doc_block *list;
    size_t n, capacity;
};

/* Each adds a block; it may be changed until the next one is added. `text`: NULL: none yet. */
struct ib_doc_block *ib_doc_add(struct ib_doc *, enum ib_doc_kind, const char *text);
struct ib_doc_block *ib_doc_heading(struct ib_doc *, int level, const char *text);
void ib_doc_paragraph(struct ib_doc *, const char *text);
/* `heads`: strlen(columns) of them; NULL: a table without heads. */
struct ib_doc_block *ib_doc_table(struct ib_doc *, const char *columns, const char *const *heads);

/* One more row of the newest block, a table: its cells, which may be changed until the next row. A row is of
 * its first cell's style. */
struct ib_doc_text *ib_doc_row(struct ib_doc *, const char *const *cells);
/* A row that goes across the newest block, a table, and says what the rows below it have in common. */
void ib_doc_span(struct ib_doc *, const char *text);
/* One more pair of the newest block, which is made if it is not one of facts. NULL: label begins a group. */
void ib_doc_fact(struct ib_doc *, const char *label, const char *value);
/* One more run of the newest block. */
struct ib_doc_text *ib_doc_append(struct ib_doc *, const char *text, enum ib_doc_style);
/* What is appended to the newest block, an item, from now on is said of its head. */
void ib_doc_end_head(struct ib_doc *);

/* For renderers. An item on one line: its runs with a colon after the head; and their number. */
const struct ib_doc_text *ib_doc_item_line(struct ib_arena *, const struct ib_doc_block *);
size_t ib_doc_columns(const struct ib_doc_block *);
bool ib_doc_is_span(const struct ib_doc_block *, size_t first);
bool ib_doc_is_number(const struct ib_doc_block *, size_t column);

#endif
