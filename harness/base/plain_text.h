/* Text as it is shown to people: on a terminal, in the log of a CI job, on a page.
 *
 * Names, paths, messages of workers and what a record contains may be any bytes. The record keeps them as
 * they are; whatever is shown is made plain on its way out, since text comes in by more ways than it goes
 * out. */
#ifndef IB_BASE_PLAIN_TEXT_H
#define IB_BASE_PLAIN_TEXT_H

#include "base/arena.h"

#include <stdio.h>

/* Returns the number of bytes of the character at `at`, which is not the final NUL. *shown is what to show in
 * its place, or NULL for itself: a space for control characters and line separators; U+FFFD for bytes that
 * are not UTF-8, for characters that reverse the text around them, and for codes that are not characters. */
size_t ib_plain_character(const char *at, const char **shown);

/* Returns the text as one line of such characters. Commands of CI systems that stand in it (`::error::` at
 * the start of a word, `##[error]`) are broken by a space. The result may be `text` itself. */
const char *ib_plain(struct ib_arena *, const char *text);
/* The same for a text of several lines. */
const char *ib_plain_lines(struct ib_arena *, const char *text);

/* Formats one line, makes it plain and prints it with a newline. */
void ib_print_line(FILE *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
