/* Renders a document for a terminal, as Markdown or as HTML. The renderers escape markup. */
#ifndef IB_REPORT_RENDER_H
#define IB_REPORT_RENDER_H

#include "base/text.h"
#include "report/doc_model.h"

#include <stdio.h>

/* AUTO: on a terminal that supports colours, unless NO_COLOR is set (no-color.org). */
enum ib_colour { IB_COLOUR_AUTO, IB_COLOUR_ALWAYS, IB_COLOUR_NEVER };
extern const struct ib_word ib_colour_words[]; /* auto always never */

/* Widths count one column per character. */
enum { IB_PAGE_WIDTH = 120 };
size_t ib_text_width(const char *text);
/* Shortens a text to at most `max` columns, with … in its middle; the end, where options differ, is kept. */
const char *ib_text_shorten(struct ib_arena *, const char *text, size_t max);

/* Uses at most IB_PAGE_WIDTH columns, or those of the terminal if it has fewer, if words and numbers allow;
 * columns of names are shortened. Tables with the same columns are aligned with each other. In fewer columns
 * than IB_PAGE_WIDTH, a table that is still too wide is printed row by row, each cell with the head of its
 * column. */
void ib_render_text(FILE *, const struct ib_doc *, enum ib_colour);
void ib_render_text_within(FILE *, const struct ib_doc *, enum ib_colour, size_t width);

void ib_render_markdown(FILE *, const struct ib_doc *);

/* A self-contained page, titled by its first heading. IB_EIO: results/report.css or report.js cannot be read.
 */
enum ib_status ib_render_html(FILE *, const struct ib_doc *);

#endif
