/* A passage of a report as a list of headings, paragraphs and tables, told once and laid out for the
 * terminal, Markdown and HTML. Text is UTF-8 and not escaped. */
#ifndef IB_REPORT_DOC_MODEL_H
#define IB_REPORT_DOC_MODEL_H

#include "report/text_layout.h"

enum ib_doc_block_kind { IB_DOC_HEADING, IB_DOC_PARAGRAPH, IB_DOC_TABLE };

struct ib_doc_block {
    enum ib_doc_block_kind kind;
    const char *text;    /* of a heading or a paragraph */
    const char *columns; /* of a table, a letter each: 'n' names, 'w' words, 'r' numbers, to the right */
    const char **cells;  /* row by row; the first row has the heads; a span is a text and NULLs */
    size_t n_cells, capacity;
};

struct ib_doc {
    struct ib_arena *arena; /* set it, and all else to 0 */
    struct ib_doc_block *list;
    size_t n, capacity;
};

void ib_doc_heading(struct ib_doc *, const char *text);
void ib_doc_paragraph(struct ib_doc *, const char *text);
/* Begins a table; strlen(columns) heads. */
void ib_doc_table(struct ib_doc *, const char *columns, const char *const *heads);
/* A line of its own across the newest block, which is a table: what the rows below it are of. */
void ib_doc_span(struct ib_doc *, const char *text);
/* One more row of the newest block, which is a table. */
void ib_doc_row(struct ib_doc *, const char *const *cells);

/* On the terminal, the widest column of names gives way where a table is wider than the page. */
void ib_doc_plain(const struct ib_text_page *, const struct ib_doc *);
/* level: of headings, such as "###". */
void ib_doc_markdown(FILE *, const struct ib_doc *, const char *level);
/* tag: of headings, such as "h3". */
void ib_doc_html(FILE *, const struct ib_doc *, const char *tag);

#endif
