/* A passage of a report as a list of headings, paragraphs and tables, told once and laid out for the
 * terminal, Markdown and HTML. Text is UTF-8 and not escaped. */
#ifndef IB_REPORT_DOC_MODEL_H
#define IB_REPORT_DOC_MODEL_H

#include "report/text_layout.h"

enum ib_block_kind { IB_BLOCK_HEADING, IB_BLOCK_WORDS, IB_BLOCK_TABLE };

struct ib_block {
    enum ib_block_kind kind;
    const char *text;    /* of a heading or a paragraph */
    const char *columns; /* of a table, a letter each: 'n' names, 'w' words, 'r' numbers, to the right */
    const char **cells;  /* row by row; the first row has the heads; a span is a text and NULLs */
    size_t n_cells, capacity;
};

struct ib_blocks {
    struct ib_arena *arena; /* set it, and all else to 0 */
    struct ib_block *list;
    size_t n, capacity;
};

void ib_blocks_heading(struct ib_blocks *, const char *text);
void ib_blocks_words(struct ib_blocks *, const char *text);
/* Begins a table; strlen(columns) heads. */
void ib_blocks_table(struct ib_blocks *, const char *columns, const char *const *heads);
/* A line of its own across the newest block, which is a table: what the rows below it are of. */
void ib_blocks_span(struct ib_blocks *, const char *text);
/* One more row of the newest block, which is a table. */
void ib_blocks_row(struct ib_blocks *, const char *const *cells);

/* On the terminal, the widest column of names gives way where a table is wider than the page. */
void ib_blocks_plain(const struct ib_plain *, const struct ib_blocks *);
/* level: of headings, such as "###". */
void ib_blocks_markdown(FILE *, const struct ib_blocks *, const char *level);
/* tag: of headings, such as "h3". */
void ib_blocks_html(FILE *, const struct ib_blocks *, const char *tag);

#endif
