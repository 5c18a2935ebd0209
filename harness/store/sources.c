/* The repositories that a run was made of. */
#include "store/sources.h"

#include "store/store.h"
#include "store/writer.h"

#include <string.h>

const struct ib_word ib_source_kind_words[] = {{"configuration", IB_SOURCE_CONFIGURATION},
                                               {"plugin", IB_SOURCE_PLUGIN},
                                               {"program", IB_SOURCE_PROGRAM},
                                               {NULL, 0}};

const struct ib_source_record *ib_case_source(const struct ib_source_record *sources, size_t n,
                                              const struct ib_case_record *c)
{
    const char *impl = c->axis[IB_AXIS_IMPL];
    for (size_t i = 0; i < n && impl; i++)
        if (sources[i].impl && sources[i].commit && strcmp(sources[i].impl, impl) == 0)
            return &sources[i];
    return n && !sources[0].impl ? &sources[0] : NULL;
}

/* ---- the table ---- */

struct ib_source_record *ib_add_source(struct ib_run_record *run)
{
    run->sources = ib_arena_grow(&run->arena, run->sources, sizeof *run->sources, run->n_sources,
                                 &run->sources_capacity);
    return &run->sources[run->n_sources++];
}

static enum ib_status has_table(sqlite3 *db, bool *out)
{
    sqlite3_stmt *query;
    IB_TRY(ib_db_prepare(db, "SELECT 1 FROM sqlite_master WHERE name = 'sources'", &query));
    const enum ib_status status = ib_db_next(query, out);
    sqlite3_finalize(query);
    return status;
}

/* ---- writing ---- */

static enum ib_status put_all(sqlite3 *db, struct ib_arena *arena, const struct ib_source_record *list,
                              size_t n)
{
    sqlite3_stmt *insert = NULL;
    IB_TRY(ib_db_run_once(db, "DELETE FROM sources", NULL, 0));
    enum ib_status status = ib_db_prepare(db, ib_insert_sql(arena, &ib_db_sources), &insert);
    for (size_t i = 0; i < n && status == IB_OK; i++)
        status = ib_row_put(insert, &ib_db_sources, i + 1, &list[i]);
    sqlite3_finalize(insert);
    return status;
}

enum ib_status ib_store_put_sources(struct ib_store *store, const struct ib_source_record *list, size_t n)
{
    struct ib_run_record *record = &store->record;
    struct ib_arena scratch = {0};
    bool recorded = false;
    IB_TRY(has_table(store->db, &recorded));
    if (!recorded) /* a run that an earlier ironbench began */
        return IB_OK;
    IB_TRY(ib_store_begin(store));
    const enum ib_status status = put_all(store->db, &scratch, list, n);
    ib_arena_free(&scratch);
    record->n_sources = 0;
    for (size_t i = 0; i < n; i++) {
        struct ib_source_record *row = ib_add_source(record);
        *row = list[i];
        ib_row_keep(&record->arena, NULL, &ib_db_sources, row);
    }
    return ib_store_end(store, status);
}

/* ---- reading ---- */

static enum ib_status read_all(sqlite3 *db, struct ib_run_record *run)
{
    sqlite3_stmt *query = NULL;
    bool row = true;
    enum ib_status status = ib_db_prepare(db, ib_select_sql(&run->arena, &ib_db_sources, 0), &query);
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row)
        ib_row_get(query, &ib_db_sources, &run->arena, ib_add_source(run));
    sqlite3_finalize(query);
    return status;
}

enum ib_status ib_read_sources(sqlite3 *db, struct ib_run_record *run)
{
    bool recorded = false;
    IB_TRY(has_table(db, &recorded));
    return recorded ? read_all(db, run) : IB_OK;
}
