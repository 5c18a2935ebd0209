/* The workspaces that a run has recorded as its own. */
#include "store/store.h"
#include "store/writer.h"

static enum ib_status run_with_name(struct ib_store *store, const char *sql, const char *name)
{
    sqlite3_stmt *statement;
    IB_TRY(ib_db_prepare(store->db, sql, &statement));
    enum ib_status status = ib_db_run(statement, IB_DB_VALUES(ib_db_text(name)));
    sqlite3_finalize(statement);
    return status;
}

enum ib_status ib_store_add_workspace(struct ib_store *store, const char *name)
{
    return run_with_name(store, "INSERT OR IGNORE INTO workspaces (name) VALUES (?)", name);
}

enum ib_status ib_store_drop_workspace(struct ib_store *store, const char *name)
{
    return run_with_name(store, "DELETE FROM workspaces WHERE name = ?", name);
}

enum ib_status ib_store_workspaces(struct ib_store *store, struct ib_arena *arena, const char ***names,
                                   size_t *n)
{
    sqlite3_stmt *query;
    size_t capacity = 0;
    bool row = true;
    *names = NULL;
    *n = 0;
    IB_TRY(ib_db_prepare(
        store->db, "SELECT name FROM workspaces WHERE instr(name, '/') = 0 AND name NOT IN ('', '.', '..')",
        &query));
    enum ib_status status = IB_OK;
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row) {
        *names = ib_arena_grow(arena, *names, sizeof **names, *n, &capacity);
        (*names)[(*n)++] = ib_column_text(query, 0, arena);
    }
    sqlite3_finalize(query);
    return status;
}

void ib_store_checkpoint(struct ib_store *store)
{
    sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}
