/* The tables of a run and of a history: the texts of results/schema.sql and results/history.sql, embedded by
 * the build. */
#ifndef IB_STORE_SCHEMA_H
#define IB_STORE_SCHEMA_H

#include "store/database.h"

extern const char ib_schema_sql[], ib_history_sql[];

/* Makes the tables, and a column for each axis in that of the cases. */
enum ib_status ib_schema_apply(sqlite3 *);

#endif
