/* Databases made worse by SQL: values that no writer stores, rows and tables that are missing. Single bytes
 * mostly damage pages, which SQLite refuses before this project sees anything of them. */
#ifndef TESTS_MUTATE_ROWS_H
#define TESTS_MUTATE_ROWS_H

#include "mutate.h"

/* A mutant of one entry, in the arena; unchanged if it is not a database. Writes fuzz.rows. */
struct bytes mutate_rows(struct ib_arena *, struct ib_rng *, const struct corpus *, size_t entry);

#endif
