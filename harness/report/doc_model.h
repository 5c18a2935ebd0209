/* A document: headings, paragraphs, tables etc. in reading order. It is built once and laid out by the
 * renderers (render.h), which do not depend on its subject. Text may come from anywhere: it is made plain
 * (base/plain_text.h) where it is added, and not escaped. */
#ifndef IB_REPORT_DOC_MODEL_H
#define IB_REPORT_DOC_MODEL_H

#include "base/arena.h"

#include <stdbool.h>

enum ib_doc_style { IB_PLAIN, IB_STRONG, IB_SOFT, IB_STRUCK, IB_GOOD, IB_IDLE, IB_BAD };

/* What a page draws with a text. It only shows what the text says, so the other renderers leave it out. */
enum ib_drawing_kind {
    IB_DRAW_MARK,     /* the sign of an implementation before the text: colour, shape */
    IB_DRAW_INTERVAL, /* a value and its interval on a line below it, at places from 0 to 1; NaN: unknown */
    IB_DRAW_SHADE     /* a background: `value` from 0, none, to 1 */
};
struct ib_doc_drawing {
    enum ib_drawing_kind kind;
    const char *colour;                 /* of a mark: "#0072b2" */
    int shape;                          /* of a mark: a point type of gnuplot */
    double low, value, high, reference; /* reference: where a line across the interval stands */
};

/* A run of text in one style. Consecutive runs are separated by a space. */
struct ib_doc_text {
    const char *text;
    enum ib_doc_style style;
    const char *to;   /* id of the block that a table's cell or an item's head links to; NULL: no link */
    const char *page; /* path of another page that it leads to, relative to this one; NULL: none */
    const struct ib_doc_drawing *drawing; /* of a table's cell; NULL: none */
};

enum ib_doc_kind {
    IB_DOC_HEADING,
    IB_DOC_PARAGRAPH,
    IB_DOC_CLAIM,  /* a paragraph with a main result */
    IB_DOC_NOTE,   /* a paragraph that qualifies the block before it */
    IB_DOC_SERIES, /* short entries, one run each */
    IB_DOC_ITEM,   /* an entry of a list: a head and a text */
    IB_DOC_CODE,   /* preformatted lines */
    IB_DOC_FACTS,  /* labels and values, as a table of two columns; a span begins a group */
    IB_DOC_TABLE,
    IB_DOC_FIGURE,  /* title and caption */
    IB_DOC_FOLD,    /* begins a part that a page folds away, with these runs as its summary */
    IB_DOC_END,     /* ends the fold */
    IB_DOC_PART,    /* blocks that only a page has, and that are built when it comes to them */
    IB_DOC_CONTENTS /* only a page has them: links to the headings and folds of level 2 that have an id */
};

struct ib_doc;
typedef void ib_doc_builder(struct ib_doc *, const void *what);

struct ib_doc_block {
    enum ib_doc_kind kind;
    int level;                 /* heading: 1 is the title; fold: that of its summary, or 0 */
    bool open;                 /* fold: shown at first */
    const char *id;            /* for links, or NULL */
    struct ib_doc_text *texts; /* runs; table: cells, row by row, heads first */
    size_t n, capacity;
    size_t n_head;         /* how many texts are an item's head, or a table's heads */
    const char *columns;   /* table: a letter for each, 'n' names, 'w' words, 'r' numbers, aligned right */
    bool sortable;         /* table: each column has a single unit */
    const char *file;      /* figure: path relative to the document */
    const char *svg;       /* figure: its <svg> element (NULL: a page links to the file), */
    const char *narrow;    /* and the one for narrow windows; NULL: the same */
    ib_doc_builder *build; /* part: adds its blocks, */
    const void *what;      /* which are about this */
};

struct ib_doc {
    struct ib_arena *arena; /* set by the caller; initialise the rest to 0 */
    struct ib_doc_block *list;
    size_t n, capacity;
};

/* Each adds a block, which may be changed until the next one is added. `text` may be NULL. */
struct ib_doc_block *ib_doc_add(struct ib_doc *, enum ib_doc_kind, const char *text);
struct ib_doc_block *ib_doc_heading(struct ib_doc *, int level, const char *text);
void ib_doc_paragraph(struct ib_doc *, const char *text);
/* Begins a fold with a heading, which `id` leads to; it lasts until an IB_DOC_END. */
struct ib_doc_block *ib_doc_fold(struct ib_doc *, int level, const char *id, const char *text);
/* `heads`: strlen(columns) texts; NULL: a table without heads. */
struct ib_doc_block *ib_doc_table(struct ib_doc *, const char *columns, const char *const *heads);

/* A page of thousands of parts never holds more than one of them. `what` must last as long as the document;
 * parts contain no parts. */
void ib_doc_part(struct ib_doc *, ib_doc_builder *, const void *what);

/* Makes room for so many rows in the last block, a table: one that grew would leave its smaller versions in
 * the arena. */
void ib_doc_expect(struct ib_doc *, size_t rows);
/* Adds a row to the last block, a table. Returns its cells, which may be changed until the next row is added.
 * The first cell's style applies to the whole row. */
struct ib_doc_text *ib_doc_row(struct ib_doc *, const char *const *cells);
/* Adds a row that spans all columns of the last block, a table: a heading for the rows below it. */
void ib_doc_span(struct ib_doc *, const char *text);
/* Adds a pair to the last block, or to a new block of facts. value NULL: the label begins a group. */
void ib_doc_fact(struct ib_doc *, const char *label, const char *value);
/* Adds a run to the last block. */
struct ib_doc_text *ib_doc_append(struct ib_doc *, const char *text, enum ib_doc_style);
/* Ends the head of the last block, an item: runs added later are its text. */
void ib_doc_end_head(struct ib_doc *);

/* For renderers. ib_doc_item_line returns an item's n runs with a colon after the head. */
const struct ib_doc_text *ib_doc_item_line(struct ib_arena *, const struct ib_doc_block *);
size_t ib_doc_columns(const struct ib_doc_block *);
bool ib_doc_is_span(const struct ib_doc_block *, size_t first);
bool ib_doc_is_number(const struct ib_doc_block *, size_t column);
/* Whether only pages have blocks of this kind, or what they contain is in other blocks. */
bool ib_doc_is_of_pages(enum ib_doc_kind);

#endif
