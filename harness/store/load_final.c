#include "store/store.h"
#include "store/writer.h"

#include <string.h>

static const double *copy_doubles(struct ib_arena *arena, sqlite3_stmt *row, int column, uint64_t *n)
{
    const size_t bytes = (size_t)sqlite3_column_bytes(row, column);
    double *values = ib_arena_alloc(arena, bytes);
    *n = bytes / sizeof *values;
    if (bytes)
        memcpy(values, sqlite3_column_blob(row, column), bytes);
    return values;
}

enum ib_status ib_store_load_final(struct ib_store *store, const struct ib_case *of, struct ib_arena *arena,
                                   struct ib_final *out)
{
    struct ib_case_record *c;
    sqlite3_stmt *query;
    bool row;
    *out = (struct ib_final){0};
    IB_TRY(ib_store_find(store, of, &c));
    IB_TRY(ib_db_prepare(store->db, "SELECT params, predictions FROM finals WHERE case_number = ?", &query));
    enum ib_status status = ib_db_bind(query, IB_DB_VALUES(ib_db_integer(c->number)));
    if (status == IB_OK)
        status = ib_db_next(query, &row);
    if (status == IB_OK && row) {
        out->params = copy_doubles(arena, query, 0, &out->n_params);
        out->predictions = copy_doubles(arena, query, 1, &out->n_predictions);
    }
    sqlite3_finalize(query);
    return status;
}
