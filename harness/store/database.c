#include "store/database.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "stats/stats.h"

#include <stdlib.h>
#include <string.h>

enum ib_status ib_db_fail(sqlite3 *db)
{
    const int error = sqlite3_errcode(db);
    enum ib_status code = error == SQLITE_NOMEM ? IB_ENOMEM : IB_EIO;
    if (error == SQLITE_BUSY)
        return ib_fail(code, sqlite3_db_filename(db, "main"), "%s: another process keeps it locked",
                       sqlite3_errmsg(db));
    return ib_fail(code, sqlite3_db_filename(db, "main"), "%s", sqlite3_errmsg(db));
}

/* The values of a group. SQLite zeroes this memory. */
struct samples {
    double *values;
    size_t n, capacity;
};

static void gather(sqlite3_context *context, int n_arguments, sqlite3_value **arguments)
{
    (void)n_arguments;
    struct samples *s = sqlite3_aggregate_context(context, sizeof *s);
    if (!s || sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return;
    if (s->n == s->capacity) {
        size_t capacity = s->capacity ? 2 * s->capacity : 16;
        double *values = realloc(s->values, capacity * sizeof *values);
        if (!values) {
            sqlite3_result_error_nomem(context);
            return;
        }
        s->values = values;
        s->capacity = capacity;
    }
    s->values[s->n++] = sqlite3_value_double(arguments[0]);
}

static void conclude(sqlite3_context *context)
{
    struct samples *s = sqlite3_aggregate_context(context, 0); /* NULL for a group without rows */
    if (!s || s->n == 0)
        return;
    sqlite3_result_double(context, ib_median(s->values, s->n)); /* NaN becomes NULL */
    free(s->values);
}

const char *ib_db_path(struct ib_arena *arena, const char *path)
{
    return strncmp(path, "file:", strlen("file:")) == 0 ? ib_arena_print(arena, "./%s", path) : path;
}

static int open_file(const char *path, int flags, sqlite3 **out)
{
    struct ib_arena arena = {0};
    const int rc = sqlite3_open_v2(ib_db_path(&arena, path), out, flags, NULL);
    ib_arena_free(&arena);
    return rc;
}

enum ib_status ib_db_open(const char *path, int flags, sqlite3 **out)
{
    enum { BUSY_MS = 2000 }; /* a reader of the run may hold a lock for a moment */
    sqlite3 *db = NULL;
    if (open_file(path, flags | SQLITE_OPEN_NOMUTEX, &db) != SQLITE_OK ||
        sqlite3_busy_timeout(db, BUSY_MS) != SQLITE_OK ||
        sqlite3_create_function(db, "median", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, NULL, gather,
                                conclude) != SQLITE_OK) {
        enum ib_status status = ib_fail(IB_EIO, path, "%s", sqlite3_errmsg(db));
        sqlite3_close(db);
        return status;
    }
    *out = db;
    return IB_OK;
}

/* Waits longer and longer, and not after an interrupt. */
static int wait_for_lock(void *context, int n_before)
{
    enum { SHORTEST_MS = 1, LONGEST_MS = 50, PATIENCE_MS = 30000 };
    uint64_t *begin_ns = context;
    if (n_before == 0)
        *begin_ns = ib_now_ns();
    if (ib_interrupted() || ib_now_ns() - *begin_ns > PATIENCE_MS * 1000000ull)
        return 0;
    const int ms = SHORTEST_MS + n_before < LONGEST_MS ? SHORTEST_MS + n_before : LONGEST_MS;
    return sqlite3_sleep(ms) >= 0;
}

enum ib_status ib_db_be_patient(sqlite3 *db, uint64_t *begin_ns)
{
    return sqlite3_busy_handler(db, wait_for_lock, begin_ns) == SQLITE_OK ? IB_OK : ib_db_fail(db);
}

enum ib_status ib_db_check_place(sqlite3 *db)
{
    int moved = 0;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || !moved)
        return IB_OK;
    return ib_fail(IB_EIO, sqlite3_db_filename(db, "main"),
                   "was moved or removed while it was being written; results after that are lost");
}

enum ib_status ib_db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
    return sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK ? IB_OK : ib_db_fail(db);
}

static int bind_value(sqlite3_stmt *statement, int index, const struct ib_db_value *value)
{
    switch (value->type) {
    case SQLITE_INTEGER:
        return sqlite3_bind_int64(statement, index, value->as.integer);
    case SQLITE_FLOAT:
        return sqlite3_bind_double(statement, index, value->as.real);
    case SQLITE_TEXT:
        return sqlite3_bind_text(statement, index, value->as.text, -1, SQLITE_STATIC);
    case SQLITE_BLOB: /* SQLite stores an empty blob without an address as NULL */
        return sqlite3_bind_blob64(statement, index, value->bytes ? value->as.blob : "", value->bytes,
                                   SQLITE_STATIC);
    default:
        return sqlite3_bind_null(statement, index);
    }
}

enum ib_status ib_db_bind(sqlite3_stmt *statement, const struct ib_db_value *values, size_t n)
{
    sqlite3_reset(statement); /* returns the failure of the run before, which was reported then */
    for (size_t i = 0; i < n; i++)
        if (bind_value(statement, (int)i + 1, &values[i]) != SQLITE_OK)
            return ib_db_fail(sqlite3_db_handle(statement));
    return IB_OK;
}

enum ib_status ib_db_next(sqlite3_stmt *statement, bool *row)
{
    int rc = sqlite3_step(statement);
    *row = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? IB_OK : ib_db_fail(sqlite3_db_handle(statement));
}

enum ib_status ib_db_run(sqlite3_stmt *statement, const struct ib_db_value *values, size_t n)
{
    bool row;
    IB_TRY(ib_db_bind(statement, values, n));
    enum ib_status status = ib_db_next(statement, &row);
    sqlite3_reset(statement); /* releases its lock */
    return status;
}

enum ib_status ib_db_run_once(sqlite3 *db, const char *sql, const struct ib_db_value *values, size_t n)
{
    sqlite3_stmt *statement;
    IB_TRY(ib_db_prepare(db, sql, &statement));
    enum ib_status status = ib_db_run(statement, values, n);
    sqlite3_finalize(statement);
    return status;
}
