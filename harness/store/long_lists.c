#include "store/long_lists.h"

#include "base/error.h"
#include "store/missing.h"
#include "store/run_folder.h"
#include "store/tables.h"

#include <stdlib.h>

/* The rows of a table from some case on. */
struct cursor {
    const struct ib_db_table *table; /* NULL: not wanted */
    sqlite3_stmt *query;
    uint64_t at;   /* the case of its current row; END: there are no more */
    uint64_t next; /* what it has of this case and later ones is still to come */
    char *rows;    /* of the current case, in memory that is used again for the next */
    size_t n, capacity;
    struct ib_arena memory;
};
#define END UINT64_MAX

struct ib_long_lists {
    sqlite3 *db;
    struct cursor cursors[IB_LIST_COUNT];
    struct ib_arena texts; /* of the current case */
};

/* ---- one table ---- */

static enum ib_status step(struct cursor *c)
{
    bool row = false;
    IB_TRY(ib_db_next(c->query, &row));
    c->at = row ? (uint64_t)sqlite3_column_int64(c->query, 0) : END;
    return IB_OK;
}

static enum ib_status seek(struct cursor *c, uint64_t case_number)
{
    IB_TRY(ib_db_bind(c->query, IB_DB_VALUES(ib_db_integer(case_number))));
    return step(c);
}

static enum ib_status read_case(struct cursor *c, uint64_t case_number, struct ib_arena *texts)
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

static enum ib_status open_cursor(sqlite3 *db, const struct ib_db_table *table, struct cursor *c)
{
    *c = (struct cursor){.table = table};
    return ib_db_prepare(db, ib_select_from_sql(&c->memory, table), &c->query);
}

/* ---- all ---- */

static enum ib_status open_cursors(struct ib_long_lists *lists, unsigned wanted)
{
    static const struct ib_db_table *const tables[IB_LIST_COUNT] = {
        [IB_LIST_ROUNDS] = &ib_db_tables[IB_TABLE_ROUNDS],
        [IB_LIST_PREDICTIONS] = &ib_db_predictions,
        [IB_LIST_TIMELINES] = &ib_db_events};
    IB_TRY(ib_shadow_missing(lists->db));
    for (int i = 0; i < IB_LIST_COUNT; i++)
        if (wanted & 1u << i)
            IB_TRY(open_cursor(lists->db, tables[i], &lists->cursors[i]));
    return IB_OK;
}

enum ib_status ib_long_lists_open(const char *dir, unsigned wanted, struct ib_long_lists **out)
{
    struct ib_long_lists *lists = calloc(1, sizeof *lists);
    if (!lists)
        return ib_fail(IB_ENOMEM, dir, "no memory for its rounds");
    enum ib_status status = ib_run_folder_open(dir, &lists->db);
    if (status == IB_OK)
        status = open_cursors(lists, wanted);
    if (status == IB_OK)
        *out = lists;
    else
        ib_long_lists_close(lists);
    return status;
}

enum ib_status ib_long_lists_read(struct ib_long_lists *lists, const struct ib_case_record *c,
                                  struct ib_case_record *out)
{
    *out = *c;
    ib_arena_free(&lists->texts);
    for (int i = 0; i < IB_LIST_COUNT; i++) {
        struct cursor *cursor = &lists->cursors[i];
        if (!cursor->table)
            continue;
        IB_TRY(read_case(cursor, c->number, &lists->texts));
        ib_row_lend(cursor->table, out, cursor->rows, cursor->n);
    }
    if (lists->cursors[IB_LIST_ROUNDS].table)
        out->samples = NULL;
    return IB_OK;
}

void ib_long_lists_close(struct ib_long_lists *lists)
{
    if (!lists)
        return;
    for (int i = 0; i < IB_LIST_COUNT; i++) {
        sqlite3_finalize(lists->cursors[i].query);
        ib_arena_free(&lists->cursors[i].memory);
    }
    sqlite3_close(lists->db);
    ib_arena_free(&lists->texts);
    free(lists);
}
