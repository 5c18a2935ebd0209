/* The tables of DIR/run.sqlite and the structs of the record, held together by one list of columns a table:
 * inserting and reading both follow it. Private to the store. */
#ifndef IB_STORE_COLUMNS_H
#define IB_STORE_COLUMNS_H

#include "base/arena.h"
#include "base/text.h"
#include "store/database.h"

#include <stddef.h>

/* What a field is, and what of it is NULL in the table. */
enum ib_column_type {
    IB_COLUMN_TEXT,     /* const char *; NULL, "" */
    IB_COLUMN_REAL,     /* double; NaN */
    IB_COLUMN_INTEGER,  /* uint64_t; never */
    IB_COLUMN_MEASURED, /* uint64_t; 0 */
    IB_COLUMN_COUNT,    /* int64_t; below 0 */
    IB_COLUMN_TRUTH,    /* enum ib_truth; unknown */
    IB_COLUMN_WORD,     /* an enumeration, by its words; a value without a word */
    IB_COLUMN_NUMBERS   /* const double *, and behind it size_t: as "[1.5,2]"; NULL where there are none */
};

struct ib_column {
    const char *name;
    enum ib_column_type type;
    size_t offset;
    const struct ib_word *words;
};

struct ib_columns {
    const char *table, *order; /* of the rows of a case: "round"; NULL: it has one row */
    size_t row_bytes;
    const struct ib_column *list; /* ends with a NULL name; column case_number comes before them */
};

extern const struct ib_columns ib_check_columns, ib_round_columns, ib_process_run_columns, ib_stop_columns,
    ib_stop_time_columns, ib_copy_columns, ib_calls_columns, ib_tracer_columns, ib_kernel_columns,
    ib_profile_columns, ib_operation_columns, ib_copy_time_columns;

/* "INSERT INTO t (case_number, a, b) VALUES (?, ?, ?)". */
const char *ib_columns_insert(struct ib_arena *, const struct ib_columns *);
/* Binds and runs it. */
enum ib_status ib_columns_put(sqlite3_stmt *insert, const struct ib_columns *, uint64_t case_number,
                              const void *row);

/* "SELECT case_number, a, b FROM t WHERE … ORDER BY case_number, …"; `where` may be NULL. */
const char *ib_columns_select(struct ib_arena *, const struct ib_columns *, const char *where);
/* The current row of it, without the case's number. Text goes to the arena. */
void ib_columns_get(sqlite3_stmt *select, const struct ib_columns *, struct ib_arena *, void *row);

/* A text column's value in the arena; NULL for NULL. */
const char *ib_column_text(sqlite3_stmt *, int column, struct ib_arena *);

#endif
