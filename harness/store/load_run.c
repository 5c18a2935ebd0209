#include "store/load_run.h"

#include "base/error.h"
#include "store/case_row.h"
#include "store/missing.h"
#include "store/run_folder.h"
#include "store/sources.h"
#include "store/tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A query, and the run that its rows are read into. */
struct reader {
    sqlite3 *db;
    struct ib_run_record *run;
    const struct ib_db_table *table;
    struct ib_arena scratch;      /* for the text of queries, and: */
    struct ib_case_record *owner; /* of these rows so far; those of a case follow each other */
    char *rows;
    size_t n, capacity;
};

typedef void row_fn(struct reader *, sqlite3_stmt *row, struct ib_case_record *c);

/* Calls `add` for each row with the case that its first column numbers, and skips rows without one. With
 * any_row, calls it for every row with NULL for the case. */
static enum ib_status read_rows(struct reader *r, const char *sql, bool any_row, row_fn *add)
{
    sqlite3_stmt *query = NULL;
    bool row = true;
    enum ib_status status = ib_db_prepare(r->db, sql, &query);
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row) {
        const sqlite3_int64 number = sqlite3_column_int64(query, 0);
        if (any_row)
            add(r, query, NULL);
        else if (number >= 1 && (uint64_t)number <= r->run->n)
            add(r, query, &r->run->cases[number - 1]);
    }
    sqlite3_finalize(query);
    return status;
}

/* ---- the run and its cases ---- */

static const char *const *read_selection(struct ib_arena *arena, const char *text)
{
    json_t *json = text ? json_loads(text, 0, NULL) : NULL, *item;
    size_t i;
    const char **list =
        json_is_array(json) ? ib_arena_alloc(arena, (json_array_size(json) + 1) * sizeof *list) : NULL;
    if (list)
        json_array_foreach (json, i, item)
            list[i] = ib_arena_copy(arena, json_is_string(item) ? json_string_value(item) : "");
    json_decref(json);
    return list;
}

static void read_run_row(struct reader *r, sqlite3_stmt *row, struct ib_case_record *none)
{
    struct ib_run_record *run = r->run;
    struct ib_arena *arena = &run->arena;
    enum { ID, NAME, STARTED, FINISHED, CONFIG_TEXT, CONFIG_SHA256, VERSION, REFERENCE, TEXTS };
    (void)none;
    run->id = ib_column_text(row, ID, arena);
    run->name = ib_column_known_text(row, NAME, arena);
    run->started = ib_column_time(row, STARTED, arena);
    run->finished = ib_column_text(row, FINISHED, arena) ? ib_column_time(row, FINISHED, arena) : NULL;
    run->config_text = ib_column_known_text(row, CONFIG_TEXT, arena);
    run->config_sha256 = ib_column_known_text(row, CONFIG_SHA256, arena);
    run->version = ib_column_known_text(row, VERSION, arena);
    run->reference = ib_column_text(row, REFERENCE, arena);
    json_t *machine = json_loads((const char *)sqlite3_column_text(row, TEXTS), 0, NULL);
    ib_machine_from_json(machine, arena, &run->machine);
    json_decref(machine);
    run->selection = read_selection(arena, (const char *)sqlite3_column_text(row, TEXTS + 1));
}

static void read_case(struct reader *r, sqlite3_stmt *row, struct ib_case_record *none)
{
    struct ib_run_record *run = r->run;
    (void)none;
    run->cases = ib_arena_grow(&run->arena, run->cases, sizeof *run->cases, run->n, &run->capacity);
    struct ib_case_record *c = &run->cases[run->n++];
    ib_case_row_get(row, r->table, &run->arena, c);
    c->number = run->n;
    c->part = c->part ? c->part : 1;
    c->position = c->position ? c->position : c->number;
}

/* The run and its cases. */
static enum ib_status read_run(struct reader *r)
{
    const struct ib_db_table cases = ib_db_case_table(&r->scratch);
    IB_TRY(read_rows(
        r,
        "SELECT id, name, started, finished, config_text, config_sha256, version, reference, machine,"
        " selection FROM run",
        true, read_run_row));
    if (!r->run->id)
        return ib_fail(IB_EINVAL, sqlite3_db_filename(r->db, "main"), "this run was killed before it began");
    IB_TRY(ib_load_parts(r->db, r->run));
    IB_TRY(ib_read_sources(r->db, r->run));
    r->table = &cases;
    return read_rows(r, ib_select_sql(&r->scratch, &cases, 0), true, read_case);
}

/* ---- the measurements ---- */

/* Gives the rows to their case. */
static void hand_over(struct reader *r)
{
    if (r->n)
        ib_row_set(&r->run->arena, r->table, r->owner, r->rows, r->n);
    r->n = 0;
}

/* A list that grew in the record would leave its smaller versions there. */
static void read_row(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)
{
    if (r->owner != c)
        hand_over(r);
    r->owner = c;
    r->rows = ib_arena_grow(&r->scratch, r->rows, r->table->row_bytes, r->n, &r->capacity);
    ib_row_get(row, r->table, &r->run->arena, r->rows + r->n++ * r->table->row_bytes);
}

static enum ib_status read_table(struct reader *r, const struct ib_db_table *table, uint64_t case_number)
{
    r->table = table;
    r->capacity = 0; /* its rows are of another size */
    enum ib_status status = read_rows(r, ib_select_sql(&r->scratch, table, case_number), false, read_row);
    hand_over(r);
    return status;
}

static void read_metric(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)
{
    (void)r;
    const char *name = (const char *)sqlite3_column_text(row, 1);
    for (size_t i = 0; i < IB_METRIC_COUNT; i++)
        if (name && strcmp(ib_metrics[i]->name, name) == 0) {
            c->metrics_known |= 1ull << i;
            c->metrics[i] = sqlite3_column_type(row, 2) == SQLITE_NULL ? NAN : sqlite3_column_double(row, 2);
        }
}

static void read_process(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)
{
    c->process_timed = true;
    c->process_source = ib_column_text(row, 1, &r->run->arena);
    c->process_reason = ib_column_text(row, 2, &r->run->arena);
}

static enum ib_status read_measurements(struct reader *r)
{
    for (int kind = 0; kind < IB_TABLE_COUNT; kind++)
        IB_TRY(read_table(r, &ib_db_tables[kind], 0));
    IB_TRY(read_rows(r, "SELECT case_number, name, value FROM metrics", false, read_metric));
    return read_rows(r, "SELECT case_number, source, reason FROM whole_processes", false, read_process);
}

enum ib_status ib_load_rows(sqlite3 *db, struct ib_run_record *run, enum ib_db_table_kind kind,
                            uint64_t case_number)
{
    struct reader r = {.db = db, .run = run};
    ib_row_set(&run->arena, &ib_db_tables[kind], &run->cases[case_number - 1], NULL, 0);
    enum ib_status status = read_table(&r, &ib_db_tables[kind], case_number);
    ib_arena_free(&r.scratch);
    return status;
}

static enum ib_status load_more(const char *dir, const struct ib_db_table *table, struct ib_run_record *run)
{
    struct reader r = {.run = run};
    IB_TRY(ib_run_folder_open(dir, &r.db));
    enum ib_status status = ib_shadow_missing(r.db);
    if (status == IB_OK)
        status = read_table(&r, table, 0);
    ib_arena_free(&r.scratch);
    sqlite3_close(r.db);
    return status;
}

enum ib_status ib_load_predictions(const char *dir, struct ib_run_record *run)
{
    return load_more(dir, &ib_db_predictions, run);
}

enum ib_status ib_load_timelines(const char *dir, struct ib_run_record *run)
{
    return load_more(dir, &ib_db_events, run);
}

enum ib_status ib_load_run_of(sqlite3 *db, bool measurements, struct ib_run_record *out)
{
    struct reader r = {.db = db, .run = out};
    *out = (struct ib_run_record){0};
    enum ib_status status = read_run(&r);
    if (status == IB_OK && measurements)
        status = read_measurements(&r);
    ib_arena_free(&r.scratch);
    return status;
}

static enum ib_status load(const char *dir, bool measurements, struct ib_run_record *out)
{
    sqlite3 *db;
    *out = (struct ib_run_record){0};
    IB_TRY(ib_run_folder_open(dir, &db));
    enum ib_status status = ib_shadow_missing(db);
    if (status == IB_OK)
        status = ib_load_run_of(db, measurements, out);
    sqlite3_close(db);
    if (status == IB_OK)
        ib_run_record_index(out);
    else
        ib_run_record_free(out);
    return status;
}

enum ib_status ib_load_run(const char *dir, struct ib_run_record *out)
{
    IB_TRY(load(dir, true, out));
    ib_run_record_derive(out);
    return IB_OK;
}

enum ib_status ib_load_run_cases(const char *dir, struct ib_run_record *out)
{
    return load(dir, false, out);
}
