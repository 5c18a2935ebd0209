/* Text from outside, made safe to stand in a page. */
#ifndef IB_REPORT_ESCAPE_H
#define IB_REPORT_ESCAPE_H

#include "base/arena.h"

/* Also within a quoted attribute. Control characters other than line ends become blanks. */
const char *ib_escape_html(struct ib_arena *, const char *text);

/* For one line of Markdown or one cell of its tables: markup loses its meaning, line ends become blanks. */
const char *ib_escape_markdown(struct ib_arena *, const char *text);

#endif
