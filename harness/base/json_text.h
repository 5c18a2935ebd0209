/* Text as JSON, and JSON as text. */
#ifndef IB_BASE_JSON_TEXT_H
#define IB_BASE_JSON_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* A string, with U+FFFD for each byte that is not UTF-8, as in a path or a message that was cut within a
 * character; null for NULL. (json_string and json_pack would lose the text, and the object around it.) */
json_t *ib_json_text(const char *text);

/* Prints a value. Characters that a terminal or a CI system might act upon (base/plain_text.h) are printed as
 * \u escapes, which programs read as the same text. */
void ib_json_print(FILE *, const json_t *, size_t flags);
/* The same for a part of a larger value: lines after the first are indented by as many more blanks. */
void ib_json_print_within(FILE *, const json_t *, size_t flags, int indent);

#endif
