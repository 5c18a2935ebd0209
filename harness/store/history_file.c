/* Opening a history, and refusing what is not one. */
#include "base/error.h"
#include "store/database.h"
#include "store/history.h"
#include "store/missing.h"
#include "store/run_folder.h"
#include "store/schema.h"

#include <string.h>
#include <unistd.h>

enum { APPLICATION_ID = 1768056937, VERSION = 1 }; /* as in history.sql */

static enum ib_status execute(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? IB_OK : ib_db_fail(db);
}

static enum ib_status ask(sqlite3 *db, const char *sql, int *out)
{
    sqlite3_stmt *query = NULL;
    bool row = false;
    enum ib_status status = ib_db_prepare(db, sql, &query);
    if (status == IB_OK)
        status = ib_db_next(query, &row);
    *out = row ? sqlite3_column_int(query, 0) : 0;
    sqlite3_finalize(query);
    return status;
}

/* Nothing is added to a damaged file. */
static enum ib_status check_pages(sqlite3 *db, const char *path)
{
    sqlite3_stmt *query;
    bool row = false;
    IB_TRY(ib_db_prepare(db, "PRAGMA quick_check(1)", &query));
    enum ib_status status = ib_db_next(query, &row);
    const char *found = row ? (const char *)sqlite3_column_text(query, 0) : NULL;
    if (status == IB_OK && found && strcmp(found, "ok") != 0) {
        const char *newline = strrchr(found, '\n'); /* after the name of the database */
        status =
            ib_fail(IB_EIO, path, "%s: %s", sqlite3_errstr(SQLITE_CORRUPT), newline ? newline + 1 : found);
    }
    sqlite3_finalize(query);
    return status;
}

static enum ib_status check_kind(sqlite3 *db, const char *path)
{
    int application = 0, version = 0;
    IB_TRY(ask(db, "PRAGMA application_id", &application));
    IB_TRY(ask(db, "PRAGMA user_version", &version));
    if (application != APPLICATION_ID)
        return ib_fail(IB_EINVAL, path, "not a history of ironbench");
    if (version != VERSION)
        return ib_fail(IB_EINVAL, path,
                       "written by another ironbench: its tables are version %d, this one reads %d", version,
                       VERSION);
    return check_pages(db, path);
}

/* Makes the tables in a new file, whichever process comes first. */
static enum ib_status make_tables(sqlite3 *db)
{
    int tables = 0, application = 0;
    IB_TRY(ask(db, "SELECT count(*) FROM sqlite_master", &tables));
    IB_TRY(ask(db, "PRAGMA application_id", &application));
    return tables == 0 && application == 0 ? execute(db, ib_history_sql) : IB_OK;
}

/* A transaction around the making of tables: they are all there or none. */
static enum ib_status prepare(sqlite3 *db, const char *path)
{
    struct ib_arena arena = {0};
    IB_TRY(execute(db, "BEGIN IMMEDIATE"));
    enum ib_status status = make_tables(db);
    if (status == IB_OK)
        status = check_kind(db, path);
    const struct ib_db_table cases = ib_db_case_table(&arena);
    if (status == IB_OK)
        status = ib_add_missing_of(db, &cases);
    ib_arena_free(&arena);
    if (status == IB_OK)
        return execute(db, "COMMIT");
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static enum ib_status prepare_to_read(sqlite3 *db, const char *path)
{
    struct ib_arena arena = {0};
    IB_TRY(check_kind(db, path));
    const struct ib_db_table cases = ib_db_case_table(&arena);
    const enum ib_status status = ib_shadow_missing_of(db, &cases);
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_history_open(const char *path, bool to_write, sqlite3 **out)
{
    const int flags = SQLITE_OPEN_READWRITE | (to_write ? SQLITE_OPEN_CREATE : 0);
    if (to_write)
        IB_TRY(ib_run_folder_make_parents(path));
    else if (access(path, F_OK) != 0)
        return ib_fail(IB_EINVAL, path, "there is no such history; `ironbench history add DIR` makes one");
    IB_TRY(ib_db_open(path, flags, out));
    const enum ib_status status = to_write ? prepare(*out, path) : prepare_to_read(*out, path);
    if (status != IB_OK)
        sqlite3_close(*out);
    return status;
}
