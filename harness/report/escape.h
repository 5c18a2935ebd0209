/* Escapes text for HTML, XML and Markdown, and makes it plain (base/plain_text.h). */
#ifndef IB_REPORT_ESCAPE_H
#define IB_REPORT_ESCAPE_H

#include "base/arena.h"

/* Safe in quoted attributes, too. Newlines are kept. */
const char *ib_escape_html(struct ib_arena *, const char *text);

/* For a line of Markdown or a cell of its tables. */
const char *ib_escape_markdown(struct ib_arena *, const char *text);

#endif
