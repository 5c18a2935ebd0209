#include "store/writer.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum ib_status ib_store_begin(struct ib_store *store)
{
    return ib_db_run(store->prepared[BEGIN], NULL, 0);
}

enum ib_status ib_store_end(struct ib_store *store, enum ib_status status)
{
    if (status == IB_OK)
        status = ib_db_run(store->prepared[COMMIT], NULL, 0);
    if (status != IB_OK && !sqlite3_get_autocommit(store->db)) {
        sqlite3_step(store->prepared[ROLLBACK]); /* its own failure would hide the first one */
        sqlite3_reset(store->prepared[ROLLBACK]);
    }
    return status;
}

/* ---- cases ---- */

static int by_id(const void *left, const void *right)
{
    const struct ib_case_record *const *a = left, *const *b = right;
    return strcmp((*a)->id, (*b)->id);
}

static enum ib_status index_cases(struct ib_store *store)
{
    const struct ib_run_record *r = &store->record;
    store->by_id = malloc((r->n + 1) * sizeof(struct ib_case_record *));
    if (!store->by_id)
        return ib_fail(IB_ENOMEM, NULL, "no memory for the cases of the run");
    for (size_t i = 0; i < r->n; i++)
        store->by_id[i] = &r->cases[i];
    qsort(store->by_id, r->n, sizeof *store->by_id, by_id);
    return IB_OK;
}

enum ib_status ib_store_find(struct ib_store *store, const struct ib_case *c, struct ib_case_record **out)
{
    if (!store->by_id)
        IB_TRY(index_cases(store));
    const struct ib_case_record key = {.id = c->id}, *wanted = &key;
    const struct ib_case_record **found =
        bsearch(&wanted, store->by_id, store->record.n, sizeof *store->by_id, by_id);
    if (!found)
        return ib_fail(IB_EINTERNAL, c->id, "this case was not added to the store");
    *out = &store->record.cases[(*found)->number - 1];
    return IB_OK;
}

enum ib_status ib_store_begin_case(struct ib_store *store, const struct ib_case *c,
                                   struct ib_case_record **out)
{
    IB_TRY(ib_store_find(store, c, out));
    return ib_store_begin(store);
}

enum ib_status ib_store_worsen(struct ib_store *store, struct ib_case_record *c, enum ib_case_status status,
                               const char *reason)
{
    if (status <= c->status)
        return IB_OK;
    c->status = status;
    c->reason = ib_store_keep(store, reason);
    return RUN(store, SET_STATUS, ib_db_integer(c->number),
               ib_db_text(ib_word_of(ib_case_status_words, (int)status)), ib_db_text(c->reason));
}

/* ---- rows ---- */

const char *ib_store_keep(struct ib_store *store, const char *text)
{
    return text && text[0] ? ib_arena_copy(&store->record.arena, text) : NULL;
}

enum ib_status ib_store_add(struct ib_store *store, enum ib_db_table_kind kind, struct ib_case_record *c,
                            const void *row)
{
    const struct ib_db_table *table = &ib_db_tables[kind];
    void *kept = memcpy(ib_row_add(&store->record.arena, table, c), row, table->row_bytes);
    ib_row_keep(&store->record.arena, table, kept);
    return ib_row_put(store->insert[kind], table, c->number, kept);
}

/* ---- transfer logs ---- */

/* The copies and calls of a log, as those of *out; the tensors' names stay where they are. */
static void list_log(struct ib_arena *arena, const char *pass, const struct ib_transfer_log *log,
                     struct ib_case_record *out)
{
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        const char *word = ib_word_of(ib_phase_words, phase);
        struct ib_calls_record *calls = ib_row_add(arena, &ib_db_tables[IB_TABLE_CALLS], out);
        *calls = (struct ib_calls_record){pass, word, log->launches[phase], log->syncs[phase]};
        for (int op = 0; op < IB_OP_COUNT; op++)
            for (uint32_t t = 0; t < log->n_tensors; t++) {
                const struct ib_traffic *traffic = &log->copies[phase][op][t];
                if (traffic->h2d_count + traffic->d2h_count == 0)
                    continue;
                struct ib_copy_record *copy = ib_row_add(arena, &ib_db_tables[IB_TABLE_COPIES], out);
                *copy = (struct ib_copy_record){pass, word, ib_word_of(ib_op_words, op), log->tensor[t],
                                                *traffic};
            }
    }
    ib_case_record_sort(out);
}

static bool same_log(const struct ib_case_record *a, const struct ib_case_record *b)
{
    bool same = a->n_copies == b->n_copies && a->n_calls == b->n_calls;
    for (size_t i = 0; same && i < a->n_calls; i++)
        same = a->calls[i].launches == b->calls[i].launches && a->calls[i].syncs == b->calls[i].syncs;
    for (size_t i = 0; same && i < a->n_copies; i++)
        same = ib_traffic_equal(&a->copies[i].traffic, &b->copies[i].traffic) &&
               strcmp(a->copies[i].op, b->copies[i].op) == 0 &&
               strcmp(a->copies[i].tensor, b->copies[i].tensor) == 0 &&
               strcmp(a->copies[i].phase, b->copies[i].phase) == 0;
    return same;
}

/* The record keeps the logs of timed passes only. */
static enum ib_status put_row(struct ib_store *store, enum ib_db_table_kind kind, struct ib_case_record *c,
                              const void *row, bool keep)
{
    return keep ? ib_store_add(store, kind, c, row)
                : ib_row_put(store->insert[kind], &ib_db_tables[kind], c->number, row);
}

static enum ib_status replace_log(struct ib_store *store, struct ib_case_record *c, const char *pass,
                                  const struct ib_case_record *log)
{
    const bool keep = strcmp(pass, "timed") == 0;
    if (keep)
        c->n_copies = c->n_calls = 0;
    IB_TRY(RUN(store, DROP_COPIES, ib_db_integer(c->number), ib_db_text(pass)));
    IB_TRY(RUN(store, DROP_CALLS, ib_db_integer(c->number), ib_db_text(pass)));
    for (size_t i = 0; i < log->n_calls; i++)
        IB_TRY(put_row(store, IB_TABLE_CALLS, c, &log->calls[i], keep));
    for (size_t i = 0; i < log->n_copies; i++)
        IB_TRY(put_row(store, IB_TABLE_COPIES, c, &log->copies[i], keep));
    return IB_OK;
}

enum ib_status ib_store_put_log(struct ib_store *store, struct ib_case_record *c, const char *pass,
                                const struct ib_transfer_log *log)
{
    struct ib_arena arena = {0};
    struct ib_case_record listed = {0};
    list_log(&arena, pass, log, &listed);
    enum ib_status status = IB_OK;
    if (!same_log(&listed, c)) /* most rounds of a case copy the same */
        status = replace_log(store, c, pass, &listed);
    ib_arena_free(&arena);
    return status;
}
