/* What the times of a run are of, as recorded when it began. */
#include "store/store.h"
#include "store/writer.h"

static enum ib_status put_all(sqlite3_stmt *insert, const struct ib_identity *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        IB_TRY(ib_db_run(insert, IB_DB_VALUES(ib_db_text(list[i].name), ib_db_text(list[i].value))));
    return IB_OK;
}

enum ib_status ib_store_put_identities(struct ib_store *store, const struct ib_identity *list, size_t n)
{
    sqlite3_stmt *insert;
    IB_TRY(
        ib_db_prepare(store->db, "INSERT OR REPLACE INTO identities (name, value) VALUES (?, ?)", &insert));
    enum ib_status status = put_all(insert, list, n);
    sqlite3_finalize(insert);
    return status;
}

enum ib_status ib_store_identities(struct ib_store *store, struct ib_arena *arena, struct ib_identity **list,
                                   size_t *n)
{
    sqlite3_stmt *query;
    size_t capacity = 0;
    bool row = true;
    *list = NULL;
    *n = 0;
    IB_TRY(ib_db_prepare(store->db, "SELECT name, value FROM identities", &query));
    enum ib_status status = IB_OK;
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row) {
        *list = ib_arena_grow(arena, *list, sizeof **list, *n, &capacity);
        (*list)[(*n)++] =
            (struct ib_identity){ib_column_text(query, 0, arena), ib_column_text(query, 1, arena)};
    }
    sqlite3_finalize(query);
    return status;
}
