#include "base/error.h"
#include "store/run_folder.h"
#include "store/store.h"

/* Lists the implementations of the run: "cpu_naive, cpu_blas". */
static enum ib_status refuse(sqlite3 *db, const char *reference)
{
    sqlite3_stmt *query;
    bool row = false;
    IB_TRY(ib_db_prepare(db, "SELECT group_concat(label, ', ') FROM (SELECT DISTINCT label FROM cases)",
                         &query));
    enum ib_status status = ib_db_next(query, &row);
    const char *labels = row ? (const char *)sqlite3_column_text(query, 0) : NULL;
    if (status == IB_OK)
        status = ib_fail(IB_EINVAL, "--baseline", "no case of this run has `%s`; allowed: %s", reference,
                         labels ? labels : "nothing, as the run has no cases");
    sqlite3_finalize(query);
    return status;
}

static enum ib_status set_reference(sqlite3 *db, const char *reference)
{
    IB_TRY(ib_db_run_once(db,
                          "UPDATE run SET reference = ?1 WHERE EXISTS"
                          " (SELECT * FROM cases WHERE impl = ?1 OR label = ?1)",
                          IB_DB_VALUES(ib_db_text(reference))));
    return sqlite3_changes(db) ? IB_OK : refuse(db, reference);
}

enum ib_status ib_store_set_reference(const char *dir, const char *reference)
{
    char path[PATH_MAX];
    sqlite3 *db;
    IB_TRY(ib_run_folder_open(dir, &db)); /* refuses other files and versions */
    sqlite3_close(db);
    IB_TRY(ib_run_folder_path(dir, path));
    IB_TRY(ib_db_open(path, SQLITE_OPEN_READWRITE, &db));
    enum ib_status status = set_reference(db, reference);
    sqlite3_close(db);
    return status;
}
