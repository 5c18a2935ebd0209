/* Text on a page of fixed width. Every character that is printed takes one column. */
#ifndef IB_REPORT_TEXT_LAYOUT_H
#define IB_REPORT_TEXT_LAYOUT_H

#include "base/arena.h"

enum { IB_PAGE_WIDTH = 120 };

/* In columns. */
size_t ib_text_width(const char *text);

/* A text of at most `max` columns, with … for what is lost of its middle: the end tells options apart. */
const char *ib_text_shorten(struct ib_arena *, const char *text, size_t max);

#endif
