/* Text on a page of fixed width: columns counted, words filled into lines, tables aligned. Every character
 * that is printed takes one column. */
#ifndef IB_REPORT_TEXT_LAYOUT_H
#define IB_REPORT_TEXT_LAYOUT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdio.h>

enum { IB_PAGE_WIDTH = 120 };

/* Escape sequences, which take no room on the page. */
#define IB_BOLD   "\033[1m"
#define IB_RED    "\033[31m"
#define IB_GREEN  "\033[32m"
#define IB_YELLOW "\033[33m"

struct ib_text_page {
    FILE *out;
    bool coloured;
    struct ib_arena *arena;
};

size_t ib_text_width(const char *text);

/* A text of at most `max` columns, with … for what is lost of its middle: the end tells options apart. */
const char *ib_text_shorten(struct ib_arena *, const char *text, size_t max);

/* In a style ("" or one of those above), where the page is coloured. */
void ib_text_styled(const struct ib_text_page *, const char *style, const char *text);

/* `text` in a column of so many characters. */
void ib_text_padded(const struct ib_text_page *, const char *style, const char *text, size_t columns,
                    bool to_the_right);

/* Words filled into lines, each after `indent` blanks, in one style. Reasons and names come from outside:
 * what is not printable parts words. */
void ib_text_paragraph(const struct ib_text_page *, int indent, const char *style, const char *text);

#endif
