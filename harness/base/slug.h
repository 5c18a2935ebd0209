/* Names for files and ids, made from names for people. */
#ifndef IB_BASE_SLUG_H
#define IB_BASE_SLUG_H

#include "base/arena.h"

enum { IB_SLUG_MAX = 120 }; /* bytes; file systems allow 255, and suffixes follow */

/* Returns the text if it is a name of ASCII letters, digits, '.', '_' and '-' that is not too long; else such
 * a name that begins like it and ends with a hash of it, so that two texts keep different names. */
const char *ib_slug(struct ib_arena *, const char *text);

/* ASCII only, whatever the locale: a name must not depend on it. */
int ib_slug_allows(char c);

#endif
