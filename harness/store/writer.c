#include "store/writer.h"

#include "base/error.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum ib_status ib_store_begin(struct ib_store *store)
{
    IB_TRY(ib_db_check_place(store->db));
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

enum ib_status ib_store_find(struct ib_store *store, const struct ib_case *of, struct ib_case_record **out)
{
    struct ib_run_record *r = &store->record;
    ib_run_record_index(r);
    const struct ib_case_record *found = ib_run_record_find(r, of->id);
    if (!found)
        return ib_fail(IB_EINTERNAL, of->id, "this case was not added to the store");
    *out = &r->cases[found - r->cases];
    return IB_OK;
}

static enum ib_status know_case(struct ib_store *store, struct ib_case_record *c)
{
    bool *known = store->earlier ? &store->known[c - store->record.cases] : NULL;
    if (!known || *known)
        return IB_OK;
    const enum ib_status status = ib_measurements_read(store->earlier, c);
    ib_measurements_rest(store->earlier);
    *known = status == IB_OK;
    return status;
}

enum ib_status ib_store_know_all(struct ib_store *store)
{
    enum ib_status status = IB_OK;
    if (!store->earlier)
        return IB_OK;
    for (size_t i = 0; i < store->record.n && status == IB_OK; i++)
        if (!store->known[i])
            status = ib_measurements_read(store->earlier, &store->record.cases[i]);
    ib_store_forget_earlier(store);
    return status;
}

void ib_store_forget_earlier(struct ib_store *store)
{
    ib_measurements_close(store->earlier);
    ib_text_pool_free(&store->pool);
    free(store->known);
    store->earlier = NULL;
    store->known = NULL;
}

enum ib_status ib_store_begin_case(struct ib_store *store, const struct ib_case *c,
                                   struct ib_case_record **out)
{
    IB_TRY(ib_store_find(store, c, out));
    IB_TRY(know_case(store, *out));
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

/* Of the rounds that a resumed run already has, only samples were loaded. */
static enum ib_status know_rounds(struct ib_store *store, struct ib_case_record *c)
{
    if (!c->samples)
        return IB_OK;
    c->samples = NULL;
    return ib_load_rows(store->db, &store->record, IB_TABLE_ROUNDS, c->number);
}

enum ib_status ib_store_add(struct ib_store *store, enum ib_db_table_kind kind, struct ib_case_record *c,
                            const void *row)
{
    IB_TRY(know_rounds(store, c)); /* what it adds is derived with them */
    const struct ib_db_table *table = &ib_db_tables[kind];
    void *kept = memcpy(ib_row_add(&store->record.arena, table, c), row, table->row_bytes);
    ib_row_keep(&store->record.arena, NULL, table, kept);
    return ib_row_put(store->insert[kind], table, c->number, kept);
}

enum ib_status ib_store_put_row(struct ib_store *store, enum ib_db_table_kind kind, uint64_t case_number,
                                const void *row)
{
    return ib_row_put(store->insert[kind], &ib_db_tables[kind], case_number, row);
}

/* ---- transfer logs ---- */

static enum ib_status put_phase(struct ib_store *store, uint64_t case_number, const char *pass,
                                const struct ib_transfer_log *log, int phase)
{
    const char *word = ib_word_of(ib_phase_words, phase);
    const struct ib_calls_record calls = {pass, word, log->launches[phase], log->syncs[phase]};
    IB_TRY(ib_store_put_row(store, IB_TABLE_CALLS, case_number, &calls));
    for (int op = 0; op < IB_OP_COUNT; op++)
        for (uint32_t t = 0; t < log->n_tensors; t++) {
            const struct ib_copy_record copy = {pass, word, ib_word_of(ib_op_words, op), log->tensor[t],
                                                log->copies[t][phase][op]};
            if (copy.traffic.h2d_count + copy.traffic.d2h_count)
                IB_TRY(ib_store_put_row(store, IB_TABLE_COPIES, case_number, &copy));
        }
    return IB_OK;
}

/* Adds the copies of a tensor that there were. */
static void hash_tensor(struct ib_hash *hash, const struct ib_transfer_log *log, uint32_t tensor)
{
    for (uint32_t phase = 0; phase < IB_PHASE_COUNT; phase++)
        for (uint32_t op = 0; op < IB_OP_COUNT; op++) {
            const struct ib_traffic *copies = &log->copies[tensor][phase][op];
            const uint32_t place[] = {tensor, phase, op};
            if (copies->h2d_count + copies->d2h_count == 0)
                continue;
            ib_hash_bytes(hash, place, sizeof place);
            ib_hash_bytes(hash, copies, sizeof *copies);
        }
}

/* Of what there is in it: there is a log for every round, and 300 KB of it are empty. */
static void hash_log(const struct ib_transfer_log *log, char hex[IB_HASH_HEX])
{
    struct ib_hash hash;
    ib_hash_begin(&hash);
    ib_hash_bytes(&hash, log->launches, sizeof log->launches);
    ib_hash_bytes(&hash, log->syncs, sizeof log->syncs);
    ib_hash_bytes(&hash, log->tensor, log->n_tensors * sizeof *log->tensor);
    for (uint32_t t = 0; t < log->n_tensors; t++)
        hash_tensor(&hash, log, t);
    ib_hash_end(&hash, hex);
}

enum ib_status ib_store_put_log(struct ib_store *store, struct ib_case_record *c, const char *pass,
                                const struct ib_transfer_log *log)
{
    char hash[IB_HASH_HEX];
    const bool timed = strcmp(pass, "timed") == 0;
    hash_log(log, hash);
    if (timed && c->log_hash && strcmp(hash, c->log_hash) == 0)
        return IB_OK; /* most rounds of a case copy the same */
    IB_TRY(RUN(store, DROP_COPIES, ib_db_integer(c->number), ib_db_text(pass)));
    IB_TRY(RUN(store, DROP_CALLS, ib_db_integer(c->number), ib_db_text(pass)));
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        IB_TRY(put_phase(store, c->number, pass, log, phase));
    if (!timed)
        return IB_OK;
    c->log_hash = ib_store_keep(store, hash);
    IB_TRY(ib_load_rows(store->db, &store->record, IB_TABLE_CALLS, c->number));
    return ib_load_rows(store->db, &store->record, IB_TABLE_COPIES, c->number);
}
