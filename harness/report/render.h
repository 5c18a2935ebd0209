/* A document for a terminal, as Markdown and as a page of HTML. Renderers escape what is markup to them. */
#ifndef IB_REPORT_RENDER_H
#define IB_REPORT_RENDER_H

#include "base/text.h"
#include "report/doc_model.h"

#include <stdio.h>

/* AUTO: on a terminal that knows colours, unless NO_COLOR is set (no-color.org). */
enum ib_colour { IB_COLOUR_AUTO, IB_COLOUR_ALWAYS, IB_COLOUR_NEVER };
extern const struct ib_word ib_colour_words[]; /* auto always never */

/* Every character that is printed takes one column. */
enum { IB_PAGE_WIDTH = 120 };
size_t ib_text_width(const char *text);
/* A text of at most `max` columns, with … for what is lost of its middle: the end tells options apart. */
const char *ib_text_shorten(struct ib_arena *, const char *text, size_t max);

/* At most IB_PAGE_WIDTH columns, as long as words and numbers allow: columns of names give way. Tables with
 * the same columns are aligned with each other. */
void ib_render_text(FILE *, const struct ib_doc *, enum ib_colour);

void ib_render_markdown(FILE *, const struct ib_doc *);

/* A page that refers to nothing outside; its first heading is its title. IB_EIO: results/report.css or
 * report.js cannot be read. */
enum ib_status ib_render_html(FILE *, const struct ib_doc *);

#endif
