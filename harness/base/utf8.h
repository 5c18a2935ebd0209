/* Characters of UTF-8. */
#ifndef IB_BASE_UTF8_H
#define IB_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the number of bytes of the character at `at` and sets its code; 0 if the bytes are not UTF-8: cut,
 * overlong, half of a surrogate pair or beyond U+10FFFF. `at` ends with NUL, which is a character of one
 * byte. */
size_t ib_utf8_character(const char *at, uint32_t *code);
/* Whether the whole text is. */
bool ib_utf8_valid(const char *text);

#endif
