/* The cases of a run: what they are, before anything is measured. */
#include "store/store.h"
#include "store/writer.h"

/* A case as a record. Its text still belongs to the case, but for the axes. */
static struct ib_case_record describe(struct ib_arena *arena, const struct ib_case *c, uint64_t number)
{
    const struct ib_impl_info *impl = c->impl->info;
    struct ib_case_record out = {
        .number = number,
        .id = c->id,
        .part = 1,
        .position = c->position ? c->position : number,
        .residency = c->residency,
        .task = c->dataset->task,
        .dataset_sha256 = c->dataset->sha256,
        .dataset_guesses = c->dataset->guesses,
        .rows = c->dataset->rows,
        .test_rows = c->dataset->test_rows,
        .cols = c->dataset->cols,
        .classes = c->dataset->classes,
        .epochs = c->epochs,
        .options = c->impl->settings,
        .n_options = c->impl->n_settings,
        .label = c->impl->label,
        .libraries = impl->libraries,
        .simulated = (impl->flags & IB_SIMULATED) != 0,
        .shortcut = (impl->flags & IB_SHORTCUT) != 0,
        .algorithm = impl->algorithm,
    };
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        out.axis[k] = ib_axis_text(arena, (enum ib_axis_kind)k, c);
    ib_case_record_clear(&out);
    return out;
}

static enum ib_status add_all(struct ib_store *store, sqlite3_stmt *insert, const struct ib_db_table *table,
                              struct ib_text_pool *pool, const struct ib_case *cases, size_t n)
{
    struct ib_run_record *r = &store->record;
    for (size_t i = 0; i < r->n; i++)
        r->cases[i].name = NULL; /* names depend on all cases together */
    r->by_id = NULL;
    for (size_t i = 0; i < n; i++) {
        r->cases = ib_arena_grow(&r->arena, r->cases, sizeof *r->cases, r->n, &r->capacity);
        struct ib_case_record *c = &r->cases[r->n];
        *c = describe(&r->arena, &cases[i], r->n + 1);
        ib_row_keep(&r->arena, pool, table, c);
        IB_TRY(ib_row_put(insert, table, c->number, c));
        r->n++;
    }
    return IB_OK;
}

enum ib_status ib_store_add_cases(struct ib_store *store, const struct ib_case *cases, size_t n)
{
    struct ib_arena arena = {0};
    struct ib_text_pool pool = {.arena = &store->record.arena};
    const struct ib_db_table table = ib_db_case_table(&arena);
    sqlite3_stmt *insert = NULL;
    IB_TRY(ib_store_know_all(store)); /* whose places are those of the cases so far */
    IB_TRY(ib_store_begin(store));
    enum ib_status status = ib_db_prepare(store->db, ib_insert_sql(&arena, &table), &insert);
    if (status == IB_OK)
        status = add_all(store, insert, &table, &pool, cases, n);
    ib_text_pool_free(&pool);
    sqlite3_finalize(insert);
    ib_arena_free(&arena);
    return ib_store_end(store, status);
}
