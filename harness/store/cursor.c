#include "store/cursor.h"

static enum ib_status step(struct ib_cursor *c)
{
    bool row = false;
    IB_TRY(ib_db_next(c->query, &row));
    c->at = row ? (uint64_t)sqlite3_column_int64(c->query, 0) : UINT64_MAX;
    return IB_OK;
}

static enum ib_status seek(struct ib_cursor *c, uint64_t case_number)
{
    IB_TRY(ib_db_bind(c->query, IB_DB_VALUES(ib_db_integer(case_number))));
    return step(c);
}

enum ib_status ib_cursor_read(struct ib_cursor *c, uint64_t case_number, struct ib_arena *texts)
{
    const size_t bytes = c->table->row_bytes;
    c->n = 0;
    if (c->at < case_number || c->next > case_number)
        IB_TRY(seek(c, case_number));
    c->next = case_number + 1;
    while (c->at == case_number) {
        c->rows = ib_arena_grow(&c->memory, c->rows, bytes, c->n, &c->capacity);
        ib_row_get(c->query, c->table, texts, c->rows + c->n++ * bytes);
        IB_TRY(step(c));
    }
    return IB_OK;
}

enum ib_status ib_cursor_open(sqlite3 *db, const struct ib_db_table *table, struct ib_cursor *c)
{
    *c = (struct ib_cursor){.table = table};
    return ib_db_prepare(db, ib_select_from_sql(&c->memory, table), &c->query);
}

void ib_cursor_rest(struct ib_cursor *c)
{
    sqlite3_reset(c->query);
    c->at = c->next = 0;
}

void ib_cursor_close(struct ib_cursor *c)
{
    sqlite3_finalize(c->query);
    ib_arena_free(&c->memory);
    *c = (struct ib_cursor){.table = NULL};
}
