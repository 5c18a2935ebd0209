#include "store/measurements.h"

#include "base/error.h"
#include "store/cursor.h"

#include <stdlib.h>
#include <string.h>

/* ---- which columns and tables ---- */

/* What happens to the rows of a table. */
enum use { SKIPPED, LENT /* until the case is derived */, KEPT };

static enum use use_of(enum ib_load_detail detail, enum ib_db_table_kind kind)
{
    static const enum use compared[IB_TABLE_COUNT] = {[IB_TABLE_CHECKS] = KEPT,
                                                      [IB_TABLE_COPIES] = LENT,
                                                      [IB_TABLE_CALLS] = LENT,
                                                      [IB_TABLE_ROUNDS] = LENT};
    if (detail == IB_LOAD_COMPARED)
        return compared[kind];
    const bool lent = kind == IB_TABLE_ROUNDS || kind == IB_TABLE_LOSSES;
    return detail == IB_LOAD_SAMPLES && lent ? LENT : KEPT;
}

#define ROUND(member) offsetof(struct ib_round_record, member)
/* The columns of a round from which something of a record of samples follows; */
static const size_t of_samples[] = {ROUND(round),
                                    ROUND(status),
                                    ROUND(repeats),
                                    ROUND(epoch_ns),
                                    ROUND(cpu_epoch_ns),
                                    ROUND(phases.load_ns),
                                    ROUND(phases.setup_ns),
                                    ROUND(phases.train_ns),
                                    ROUND(phases.readback_ns),
                                    ROUND(phases.predict_ns),
                                    ROUND(as_expected),
                                    ROUND(disturbed),
                                    ROUND(traced),
                                    ROUND(discarded_ns),
                                    ROUND(stderr_tail),
                                    ROUND(peak_bytes),
                                    ROUND(device_peak_bytes),
                                    ROUND(energy.source),
                                    ROUND(energy.joules),
                                    ROUND(energy.ns),
                                    ROUND(energy.stretches),
                                    ROUND(energy.reason)};
/* and those from which something of a comparison follows. */
static const size_t of_compared[] = {ROUND(round),
                                     ROUND(status),
                                     ROUND(epoch_ns),
                                     ROUND(cpu_epoch_ns),
                                     ROUND(phases.setup_ns),
                                     ROUND(phases.readback_ns),
                                     ROUND(phases.predict_ns),
                                     ROUND(disturbed),
                                     ROUND(peak_bytes),
                                     ROUND(device_peak_bytes)};

#define CHECK(member) offsetof(struct ib_check_record, member)
static const size_t of_compared_check[] = {CHECK(status),
                                           CHECK(verdict),
                                           CHECK(as_expected),
                                           CHECK(peak_bytes),
                                           CHECK(device_peak_bytes),
                                           CHECK(instructions.count),
                                           CHECK(instructions.epochs),
                                           CHECK(instructions.source),
                                           CHECK(instructions.reason)};

/* A table with the columns that are used. */
static struct ib_db_table used_of(struct ib_arena *arena, enum ib_load_detail detail,
                                  enum ib_db_table_kind kind)
{
#define PART(offsets) ib_db_table_of(arena, kind, offsets, sizeof(offsets) / sizeof *(offsets))
    if (kind == IB_TABLE_CHECKS && detail == IB_LOAD_COMPARED)
        return PART(of_compared_check);
    if (kind == IB_TABLE_ROUNDS && detail == IB_LOAD_COMPARED)
        return PART(of_compared);
    if (kind == IB_TABLE_ROUNDS && detail == IB_LOAD_SAMPLES)
        return PART(of_samples);
    return ib_db_tables[kind];
#undef PART
}

/* ---- tables that are no members of a case ---- */

struct metric_row {
    const char *name;
    double value;
};
static const struct ib_column metric_columns[] = {
    {"name", IB_COLUMN_TEXT, offsetof(struct metric_row, name), NULL},
    {"value", IB_COLUMN_REAL, offsetof(struct metric_row, value), NULL},
    {NULL, IB_COLUMN_TEXT, 0, NULL}};
static const struct ib_db_table metrics = {.name = "metrics",
                                           .key = "case_number",
                                           .row_bytes = sizeof(struct metric_row),
                                           .columns = metric_columns};

struct process_row {
    const char *source, *reason;
};
static const struct ib_column process_columns[] = {
    {"source", IB_COLUMN_TEXT, offsetof(struct process_row, source), NULL},
    {"reason", IB_COLUMN_TEXT, offsetof(struct process_row, reason), NULL},
    {NULL, IB_COLUMN_TEXT, 0, NULL}};
static const struct ib_db_table processes = {.name = "whole_processes",
                                             .key = "case_number",
                                             .row_bytes = sizeof(struct process_row),
                                             .columns = process_columns};

static void set_metric(struct ib_case_record *c, const struct metric_row *row)
{
    for (size_t i = 0; i < IB_METRIC_COUNT; i++)
        if (row->name && strcmp(ib_metrics[i]->name, row->name) == 0) {
            c->metrics_known |= 1ull << i;
            c->metrics[i] = row->value;
        }
}

static void set_process(struct ib_text_pool *pool, struct ib_case_record *c, const struct process_row *row)
{
    c->process_timed = true;
    c->process_source = row->source ? ib_text_share(pool, row->source) : NULL;
    c->process_reason = row->reason ? ib_text_share(pool, row->reason) : NULL;
}

/* ---- a case ---- */

struct ib_measurements {
    enum ib_load_detail detail;
    struct ib_run_record *run;
    struct ib_text_pool *pool;
    struct ib_db_table tables[IB_TABLE_COUNT];
    struct ib_cursor cursors[IB_TABLE_COUNT], metrics, processes;
    struct ib_arena memory, texts; /* texts: of the rows of the current case */
};

static void keep_rows(struct ib_run_record *run, struct ib_text_pool *pool, const struct ib_cursor *rows,
                      struct ib_case_record *c)
{
    for (size_t i = 0; i < rows->n; i++)
        ib_row_keep(&run->arena, pool, rows->table, rows->rows + i * rows->table->row_bytes);
    ib_row_set(&run->arena, rows->table, c, rows->rows, rows->n);
}

/* A case without rounds is not derived yet: it may get some, as that of a run that is resumed. */
static void end_loans(struct ib_measurements *r, struct ib_case_record *c)
{
    if (r->detail == IB_LOAD_COMPARED || (r->detail == IB_LOAD_SAMPLES && c->n_rounds))
        ib_case_record_reduce(&r->run->arena, c);
    else if (r->detail == IB_LOAD_SAMPLES)
        ib_derive_curve(&r->run->arena, c);
    for (int kind = 0; kind < IB_TABLE_COUNT; kind++)
        if (use_of(r->detail, (enum ib_db_table_kind)kind) == LENT &&
            (kind != IB_TABLE_ROUNDS || !c->n_rounds))
            ib_row_lend(&ib_db_tables[kind], c, NULL, 0);
    ib_arena_clear(&r->texts);
}

static enum ib_status read_singles(struct ib_measurements *r, struct ib_case_record *c)
{
    IB_TRY(ib_cursor_read(&r->metrics, c->number, &r->texts));
    for (size_t i = 0; i < r->metrics.n; i++)
        set_metric(c, &((const struct metric_row *)(const void *)r->metrics.rows)[i]);
    if (r->detail == IB_LOAD_COMPARED)
        return IB_OK;
    IB_TRY(ib_cursor_read(&r->processes, c->number, &r->texts));
    if (r->processes.n)
        set_process(r->pool, c, (const struct process_row *)(const void *)r->processes.rows);
    return IB_OK;
}

enum ib_status ib_measurements_read(struct ib_measurements *r, struct ib_case_record *c)
{
    IB_TRY(read_singles(r, c));
    for (int kind = 0; kind < IB_TABLE_COUNT; kind++) {
        struct ib_cursor *cursor = &r->cursors[kind];
        const enum use use = use_of(r->detail, (enum ib_db_table_kind)kind);
        if (use == SKIPPED)
            continue;
        IB_TRY(ib_cursor_read(cursor, c->number, &r->texts));
        if (use == KEPT)
            keep_rows(r->run, r->pool, cursor, c);
        else
            ib_row_lend(cursor->table, c, cursor->rows, cursor->n);
    }
    end_loans(r, c);
    return IB_OK;
}

/* ---- all ---- */

static enum ib_status open_cursors(sqlite3 *db, struct ib_measurements *r)
{
    IB_TRY(ib_cursor_open(db, &metrics, &r->metrics));
    IB_TRY(ib_cursor_open(db, &processes, &r->processes));
    for (enum ib_db_table_kind kind = 0; kind < IB_TABLE_COUNT; kind++) {
        if (use_of(r->detail, kind) == SKIPPED)
            continue;
        r->tables[kind] = used_of(&r->memory, r->detail, kind);
        IB_TRY(ib_cursor_open(db, &r->tables[kind], &r->cursors[kind]));
    }
    return IB_OK;
}

enum ib_status ib_measurements_open(sqlite3 *db, enum ib_load_detail detail, struct ib_text_pool *pool,
                                    struct ib_run_record *run, struct ib_measurements **out)
{
    struct ib_measurements *r = calloc(1, sizeof *r);
    if (!r)
        return ib_fail(IB_ENOMEM, sqlite3_db_filename(db, "main"), "no memory to read its measurements");
    r->detail = detail;
    r->run = run;
    r->pool = pool;
    const enum ib_status status = open_cursors(db, r);
    if (status == IB_OK)
        *out = r;
    else
        ib_measurements_close(r);
    return status;
}

void ib_measurements_rest(struct ib_measurements *r)
{
    for (int kind = 0; kind < IB_TABLE_COUNT; kind++)
        ib_cursor_rest(&r->cursors[kind]);
    ib_cursor_rest(&r->metrics);
    ib_cursor_rest(&r->processes);
}

void ib_measurements_close(struct ib_measurements *r)
{
    if (!r)
        return;
    for (int kind = 0; kind < IB_TABLE_COUNT; kind++)
        ib_cursor_close(&r->cursors[kind]);
    ib_cursor_close(&r->metrics);
    ib_cursor_close(&r->processes);
    ib_arena_free(&r->memory);
    ib_arena_free(&r->texts);
    free(r);
}

enum ib_status ib_load_measurements(sqlite3 *db, enum ib_load_detail detail, struct ib_text_pool *pool,
                                    struct ib_run_record *run)
{
    struct ib_measurements *r = NULL;
    enum ib_status status = ib_measurements_open(db, detail, pool, run, &r);
    for (size_t i = 0; i < run->n && status == IB_OK; i++)
        status = ib_measurements_read(r, &run->cases[i]);
    ib_measurements_close(r);
    return status;
}

/* ---- some of it ---- */

/* Reads the rows of n cases from `first` on. */
static enum ib_status read_table(sqlite3 *db, struct ib_run_record *run, const struct ib_db_table *table,
                                 uint64_t first, size_t n)
{
    struct ib_cursor cursor;
    struct ib_arena texts = {0};
    enum ib_status status = ib_cursor_open(db, table, &cursor);
    for (uint64_t number = first; number < first + n && status == IB_OK; number++) {
        status = ib_cursor_read(&cursor, number, &texts);
        if (status == IB_OK)
            keep_rows(run, NULL, &cursor, &run->cases[number - 1]);
        ib_arena_clear(&texts);
    }
    ib_cursor_close(&cursor);
    ib_arena_free(&texts);
    return status;
}

enum ib_status ib_load_rows(sqlite3 *db, struct ib_run_record *run, enum ib_db_table_kind kind,
                            uint64_t case_number)
{
    return read_table(db, run, &ib_db_tables[kind], case_number, 1);
}

enum ib_status ib_load_table(sqlite3 *db, struct ib_run_record *run, const struct ib_db_table *table)
{
    return read_table(db, run, table, 1, run->n);
}
