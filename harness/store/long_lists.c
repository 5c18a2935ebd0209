#include "store/long_lists.h"

#include "base/error.h"
#include "store/cursor.h"
#include "store/missing.h"
#include "store/run_folder.h"
#include "store/tables.h"

#include <stdlib.h>

struct ib_long_lists {
    sqlite3 *db;
    struct ib_cursor cursors[IB_LIST_COUNT]; /* without a table: not wanted */
    struct ib_arena texts;                   /* of the current case */
};

static enum ib_status open_cursors(struct ib_long_lists *lists, unsigned wanted)
{
    static const struct ib_db_table *const tables[IB_LIST_COUNT] = {
        [IB_LIST_ROUNDS] = &ib_db_tables[IB_TABLE_ROUNDS],
        [IB_LIST_PREDICTIONS] = &ib_db_predictions,
        [IB_LIST_TIMELINES] = &ib_db_events};
    IB_TRY(ib_shadow_missing(lists->db));
    for (int i = 0; i < IB_LIST_COUNT; i++)
        if (wanted & 1u << i)
            IB_TRY(ib_cursor_open(lists->db, tables[i], &lists->cursors[i]));
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
    ib_arena_clear(&lists->texts);
    for (int i = 0; i < IB_LIST_COUNT; i++) {
        struct ib_cursor *cursor = &lists->cursors[i];
        if (!cursor->table)
            continue;
        IB_TRY(ib_cursor_read(cursor, c->number, &lists->texts));
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
    for (int i = 0; i < IB_LIST_COUNT; i++)
        ib_cursor_close(&lists->cursors[i]);
    sqlite3_close(lists->db);
    ib_arena_free(&lists->texts);
    free(lists);
}
