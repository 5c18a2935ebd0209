/* Rows of `cases`, of a run or a history, and texts that every writer stores. Private to the store. */
#ifndef IB_STORE_CASE_ROW_H
#define IB_STORE_CASE_ROW_H

#include "store/tables.h"

/* Reads the description of a case; measurements are unknown. What every writer stores, but this file does not
 * tell, is "". Text is that of the pool, if there is one. */
void ib_case_row_get(sqlite3_stmt *, const struct ib_db_table *cases, struct ib_arena *,
                     struct ib_text_pool *, struct ib_case_record *out);
/* A column of text that every writer stores: "" for NULL. */
const char *ib_column_known_text(sqlite3_stmt *, int column, struct ib_arena *);
/* The same of a time in ISO 8601: IB_TIME_UNKNOWN for what is too short for one. */
#define IB_TIME_UNKNOWN "0000-00-00T00:00:00Z"
const char *ib_column_time(sqlite3_stmt *, int column, struct ib_arena *);

#endif
