/* The tables of DIR/run.sqlite and the structs of the record that hold their rows. One list of columns per
 * table drives inserting, loading and copying. Private to the store. */
#ifndef IB_STORE_TABLES_H
#define IB_STORE_TABLES_H

#include "base/arena.h"
#include "base/text.h"
#include "store/database.h"
#include "store/run_record.h"
#include "store/text_pool.h"

#include <stddef.h>

/* The C type of a field, and which value is NULL in the table. */
enum ib_column_type {
    IB_COLUMN_TEXT,     /* const char *; NULL, "" */
    IB_COLUMN_REAL,     /* double; NaN */
    IB_COLUMN_INTEGER,  /* uint64_t; none */
    IB_COLUMN_MEASURED, /* uint64_t; 0 */
    IB_COLUMN_COUNT,    /* int64_t; below 0 */
    IB_COLUMN_BOOL,     /* bool; none */
    IB_COLUMN_TRUTH,    /* enum ib_truth; IB_UNKNOWN */
    IB_COLUMN_WORD,     /* an enumeration, stored as its word; a value without a word */
    IB_COLUMN_NUMBERS,  /* const double * followed by size_t, stored as "[1.5,2]"; a NULL pointer */
    IB_COLUMN_SETTINGS  /* const struct ib_setting * followed by size_t, stored as "{"name":"value"}"; none */
};

struct ib_column {
    const char *name;
    enum ib_column_type type;
    size_t offset;
    const struct ib_word *words;
};

struct ib_db_table {
    const char *name, *key; /* key: the column that holds the number of the case; it precedes the others */
    const char *order;      /* of the rows of a case: "round"; NULL: a case has one row */
    const char *where;      /* the rows that are loaded; NULL: all */
    size_t row_bytes;
    /* Offsets in struct ib_case_record: the row (n_at is 0), or a list's pointer, length and capacity. */
    size_t at, n_at, capacity_at;
    /* If not 0, that of the pointer to a struct of so many bytes, in which these offsets are. */
    size_t owner_at, owner_bytes;
    const struct ib_column *columns; /* ends with a NULL name */
};

/* In the order of loading: a row precedes the lists inside it. */
enum ib_db_table_kind {
    IB_TABLE_CHECKS,
    IB_TABLE_TRACERS,
    IB_TABLE_KERNELS,
    IB_TABLE_PROFILES,
    IB_TABLE_OPERATIONS,
    IB_TABLE_COPY_TIMES,
    IB_TABLE_LOSSES,
    IB_TABLE_COPIES,
    IB_TABLE_CALLS,
    IB_TABLE_PROCESS_RUNS,
    IB_TABLE_STOPS,
    IB_TABLE_STOP_TIMES,
    IB_TABLE_ROUNDS, /* last: a case may be derived as soon as it has them */
    IB_TABLE_COUNT
};
extern const struct ib_db_table ib_db_tables[IB_TABLE_COUNT];
/* The same table with the columns at these offsets of its rows only; those columns are in the arena. */
struct ib_db_table ib_db_table_of(struct ib_arena *, enum ib_db_table_kind, const size_t *offsets, size_t n);
/* The predictions, which are many and loaded only for those who ask. */
extern const struct ib_db_table ib_db_predictions;
/* The time lines, likewise. */
extern const struct ib_db_table ib_db_events;
/* The repositories of a run. Its key is a number; its rows are struct ib_source_record. */
extern const struct ib_db_table ib_db_sources;
extern const struct ib_column ib_source_columns[];
/* The table of the cases; its rows are struct ib_case_record. The columns are in the arena. */
struct ib_db_table ib_db_case_table(struct ib_arena *);

/* A new row in the case: the next element of the table's list, or the only row. */
void *ib_row_add(struct ib_arena *, const struct ib_db_table *, struct ib_case_record *);
/* Replaces the rows in the case by copies of n others: of a table without a list, by the last of them. */
void ib_row_set(struct ib_arena *, const struct ib_db_table *, struct ib_case_record *, const void *rows,
                size_t n);
/* The same without copying them; of a table with a list. */
void ib_row_lend(const struct ib_db_table *, struct ib_case_record *, void *rows, size_t n);
/* Replaces text, numbers and settings of a row by copies in the arena, or text by that of the pool, if there
 * is one; "" becomes NULL. */
void ib_row_keep(struct ib_arena *, struct ib_text_pool *, const struct ib_db_table *, void *row);

/* "INSERT INTO t (case_number, a, b) VALUES (?, ?, ?)". */
const char *ib_insert_sql(struct ib_arena *, const struct ib_db_table *);
/* Binds and runs it. */
enum ib_status ib_row_put(sqlite3_stmt *insert, const struct ib_db_table *, uint64_t case_number,
                          const void *row);

/* "SELECT case_number, a, b FROM t WHERE … ORDER BY case_number, …"; case_number 0: of all cases. */
const char *ib_select_sql(struct ib_arena *, const struct ib_db_table *, uint64_t case_number);
/* The same of the cases from ? on. */
const char *ib_select_from_sql(struct ib_arena *, const struct ib_db_table *);
/* Reads the current row of it, without the number of the case. Text goes to the arena. */
void ib_row_get(sqlite3_stmt *select, const struct ib_db_table *, struct ib_arena *, void *row);

/* The text of a column, copied to the arena, a real number in the fewest digits that give it back; NULL for
 * NULL. */
const char *ib_column_text(sqlite3_stmt *, int column, struct ib_arena *);

/* ---- load_run.c ---- */

/* What is loaded: the cases alone; with them what a comparison needs, and derived from that; with all but the
 * rounds, of which it has samples; with the rounds. */
enum ib_load_detail { IB_LOAD_CASES, IB_LOAD_COMPARED, IB_LOAD_SAMPLES, IB_LOAD_ROUNDS };

/* Reads from an open database, and derives nothing but the cases whose rounds are not kept. *out must be
 * freed even after a failure. */
enum ib_status ib_load_run_of(sqlite3 *, enum ib_load_detail, struct ib_run_record *out);

/* Rows with the columns of `parts`, filled from the row of the run where that was not merged. */
#define IB_PARTS_COLUMNS                                                                                     \
    "id, started, finished, version, machine, selection, identities, node, job, shard, shards, division"
#define IB_PARTS_SQL                                                                                         \
    "SELECT coalesce(p.number, 1) AS number, coalesce(p.id, r.id) AS id,"                                    \
    " coalesce(p.started, r.started) AS started,"                                                            \
    " CASE WHEN p.id IS NULL THEN r.finished ELSE p.finished END AS finished,"                               \
    " coalesce(p.version, r.version) AS version, coalesce(p.machine, r.machine) AS machine,"                 \
    " CASE WHEN p.id IS NULL THEN r.selection ELSE p.selection END AS selection,"                            \
    " CASE WHEN p.id IS NULL THEN (SELECT json_group_object(name, value) FROM"                               \
    "  (SELECT * FROM identities ORDER BY name)) ELSE p.identities END AS identities,"                       \
    " p.node AS node, p.job AS job, p.shard AS shard, p.shards AS shards, p.division AS division,"           \
    " p.id IS NOT NULL AS merged FROM run r LEFT JOIN parts p"

/* Reads the parts of the run, in parts.c. */
enum ib_status ib_load_parts(sqlite3 *, struct ib_run_record *);

#endif
