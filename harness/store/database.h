/* SQLite as this project uses it: failures through ib_fail, values bound by type, median(x) as an aggregate.
 * Private to what reads and writes a run. */
#ifndef IB_STORE_DATABASE_H
#define IB_STORE_DATABASE_H

#include "base/arena.h"
#include "ironbench/impl.h"

#include <sqlite3.h>

/* user_version: in schema.sql; and of a run on several machines, whose cases a program that knows only the
 * first would rank against each other. */
enum { IB_DATABASE_VERSION = 5, IB_DATABASE_MACHINES = 6 };

/* The path of a file as SQLite takes it: it may have been built to read "file:…" as an address, which names
 * another file. */
const char *ib_db_path(struct ib_arena *, const char *path);

/* flags: SQLITE_OPEN_*. The connection has the aggregate median(x), which skips NULL; NULL without values. */
enum ib_status ib_db_open(const char *path, int flags, sqlite3 **out);

/* Waits for locks of other processes for half a minute instead of two seconds, so that a sweep does not end
 * because someone looks at its results. begin_ns: used while waiting; valid as long as the connection. */
enum ib_status ib_db_be_patient(sqlite3 *, uint64_t *begin_ns);

/* Fails if the file is no longer where it was opened: what is written would be lost. */
enum ib_status ib_db_check_place(sqlite3 *);

/* Fails with SQLite's message for the last failure of the connection: IB_EIO, or IB_ENOMEM. */
enum ib_status ib_db_fail(sqlite3 *);

enum ib_status ib_db_prepare(sqlite3 *, const char *sql, sqlite3_stmt **out);

/* A value for a parameter. NaN and NULL text become NULL. */
struct ib_db_value {
    int type; /* SQLITE_NULL, SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB */
    union {
        int64_t integer;
        double real;
        const char *text; /* text and blobs must live until the statement is bound again */
        const void *blob;
    } as;
    size_t bytes; /* of a blob */
};

static inline struct ib_db_value ib_db_null(void)
{
    return (struct ib_db_value){.type = SQLITE_NULL};
}

static inline struct ib_db_value ib_db_integer(uint64_t value)
{
    return (struct ib_db_value){.type = SQLITE_INTEGER, .as.integer = (int64_t)value};
}

static inline struct ib_db_value ib_db_real(double value)
{
    return (struct ib_db_value){.type = SQLITE_FLOAT, .as.real = value};
}

static inline struct ib_db_value ib_db_text(const char *value)
{
    return (struct ib_db_value){.type = SQLITE_TEXT, .as.text = value};
}

static inline struct ib_db_value ib_db_blob(const void *value, size_t bytes)
{
    return (struct ib_db_value){.type = SQLITE_BLOB, .as.blob = value, .bytes = bytes};
}

/* Resets a statement and binds its first n parameters. */
enum ib_status ib_db_bind(sqlite3_stmt *, const struct ib_db_value *values, size_t n);
/* Steps to the next row; *row is false after the last. */
enum ib_status ib_db_next(sqlite3_stmt *, bool *row);
/* Binds and runs a statement that returns no rows. */
enum ib_status ib_db_run(sqlite3_stmt *, const struct ib_db_value *values, size_t n);

/* Prepares, binds, runs and frees such a statement. */
enum ib_status ib_db_run_once(sqlite3 *, const char *sql, const struct ib_db_value *values, size_t n);

/* Lists values in a call of the functions above. */
#define IB_DB_VALUES(...)                                                                                    \
    (const struct ib_db_value[]){__VA_ARGS__},                                                               \
        sizeof((const struct ib_db_value[]){__VA_ARGS__}) / sizeof(struct ib_db_value)

#endif
