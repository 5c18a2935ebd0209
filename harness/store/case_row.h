/* A row of `cases`, of a run or a history. Private to the store. */
#ifndef IB_STORE_CASE_ROW_H
#define IB_STORE_CASE_ROW_H

#include "store/tables.h"

/* Reads the description of a case; measurements are unknown. What every writer stores, but this file does not
 * tell, is "". */
void ib_case_row_get(sqlite3_stmt *, const struct ib_db_table *cases, struct ib_arena *,
                     struct ib_case_record *out);
/* A column of text that every writer stores: "" for NULL. */
const char *ib_column_known_text(sqlite3_stmt *, int column, struct ib_arena *);

#endif
