/* Escapes text for HTML and Markdown. */
#ifndef IB_REPORT_ESCAPE_H
#define IB_REPORT_ESCAPE_H

#include "base/arena.h"

/* Safe in quoted attributes, too. Control characters other than newlines become spaces. */
const char *ib_escape_html(struct ib_arena *, const char *text);

/* For a line of Markdown or a cell of its tables: escapes markup; newlines become spaces. */
const char *ib_escape_markdown(struct ib_arena *, const char *text);

#endif
