#include "store/writer.h"

#include <string.h>

const char *ib_store_keep(struct ib_store *store, const char *text)
{
    return text && text[0] ? ib_arena_copy(&store->record.arena, text) : NULL;
}

const double *ib_store_keep_numbers(struct ib_store *store, const double *values, size_t n)
{
    return values ? memcpy(ib_arena_alloc(&store->record.arena, (n + 1) * sizeof *values), values,
                           n * sizeof *values)
                  : NULL;
}

enum ib_status ib_store_put_row(struct ib_store *store, enum ib_written_table table,
                                const struct ib_case_record *c, const void *row)
{
    return ib_columns_put(store->insert[table], ib_written_tables[table], c->number, row);
}

static void add_phase_copies(struct ib_arena *arena, const char *pass, int phase,
                             const struct ib_transfer_log *log, struct ib_case_record *out, size_t *capacity)
{
    for (int op = 0; op < IB_OP_COUNT; op++)
        for (uint32_t t = 0; t < log->n_tensors; t++) {
            const struct ib_traffic *traffic = &log->copies[phase][op][t];
            if (traffic->h2d_count + traffic->d2h_count == 0)
                continue;
            out->copies = ib_arena_grow(arena, out->copies, sizeof *out->copies, out->n_copies, capacity);
            out->copies[out->n_copies++] =
                (struct ib_copy_record){pass, ib_word_of(ib_phase_words, phase), ib_word_of(ib_op_words, op),
                                        ib_arena_copy(arena, log->tensor[t]), *traffic};
        }
}

/* The log as copies and calls of *out, which is no more than a place for them. */
void ib_store_list_log(struct ib_arena *arena, const char *pass, const struct ib_transfer_log *log,
                       struct ib_case_record *out)
{
    size_t capacity = 0;
    out->copies = NULL;
    out->n_copies = 0;
    out->calls = ib_arena_alloc(arena, IB_PHASE_COUNT * sizeof *out->calls);
    out->n_calls = IB_PHASE_COUNT;
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        out->calls[phase] = (struct ib_calls_record){pass, ib_word_of(ib_phase_words, phase),
                                                     log->launches[phase], log->syncs[phase]};
        add_phase_copies(arena, pass, phase, log, out, &capacity);
    }
    ib_case_record_sort_copies(out);
}

enum ib_status ib_store_put_log(struct ib_store *store, const struct ib_case_record *c, const char *pass,
                                const struct ib_case_record *log)
{
    IB_TRY(RUN(store, DROP_TRANSFERS, ib_db_integer(c->number), ib_db_text(pass)));
    IB_TRY(RUN(store, DROP_CALLS, ib_db_integer(c->number), ib_db_text(pass)));
    for (size_t i = 0; i < log->n_calls; i++)
        IB_TRY(ib_store_put_row(store, CALLS, c, &log->calls[i]));
    for (size_t i = 0; i < log->n_copies; i++)
        IB_TRY(ib_store_put_row(store, TRANSFERS, c, &log->copies[i]));
    return IB_OK;
}
