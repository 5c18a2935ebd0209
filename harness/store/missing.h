/* Tables and columns that a run lacks because an earlier ironbench made its tables. What is only added later
 * needs no new version of the tables. Private to the store. */
#ifndef IB_STORE_MISSING_H
#define IB_STORE_MISSING_H

#include "store/tables.h"

/* Adds them, for a run that is continued. */
enum ib_status ib_add_missing(sqlite3 *);
/* Adds them for this connection alone, tables as empty and columns as NULL: a temporary view with the name of
 * the table comes before it. */
enum ib_status ib_shadow_missing(sqlite3 *);

/* The same for the columns of a single table. */
enum ib_status ib_add_missing_of(sqlite3 *, const struct ib_db_table *);
enum ib_status ib_shadow_missing_of(sqlite3 *, const struct ib_db_table *);

#endif
