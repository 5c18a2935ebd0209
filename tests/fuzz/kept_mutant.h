/* The mutant that is being tried, in memory that outlives the process, so that one that ends it can be looked
 * at: fuzz.mutant, whose first line is its kind. */
#ifndef TESTS_KEPT_MUTANT_H
#define TESTS_KEPT_MUTANT_H

#include "mutate.h"

enum { LARGEST = 1 << 20 }; /* bytes of an entry */

/* Makes fuzz.mutant in the working directory, or exits. */
void kept_open(void);
void kept_set(const char *kind, struct bytes mutant);
/* Removes it: there was no finding. */
void kept_close(void);

#endif
