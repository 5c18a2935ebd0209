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
    void (*reduce)(struct reader *); /* what is kept of the rows of a case; NULL: all of them */
    struct ib_arena texts;           /* else: of these rows */
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
    ib_case_row_get(row, r->table, &run->arena, run->n > 1 ? c - 1 : NULL, c);
    c->number = run->n;
    c->part = c->part ? c->part : 1;
    c->position = c->position ? c->position : c->number;
}

/* Makes room for all cases at once: a list that grew would leave its smaller versions in the arena. */
static void read_count(struct reader *r, sqlite3_stmt *row, struct ib_case_record *none)
{
    (void)none;
    r->run->capacity = (size_t)sqlite3_column_int64(row, 0);
    r->run->cases = ib_arena_alloc(&r->run->arena, r->run->capacity * sizeof *r->run->cases);
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
    IB_TRY(read_rows(r, "SELECT count(*) FROM cases", true, read_count));
    r->table = &cases;
    return read_rows(r, ib_select_sql(&r->scratch, &cases, 0), true, read_case);
}

/* ---- the measurements ---- */

/* The rounds are by far the most of a record. */
static void keep_samples(struct reader *r)
{
    r->owner->rounds = (struct ib_round_record *)(void *)r->rows;
    r->owner->n_rounds = r->n;
    ib_case_record_reduce(&r->run->arena, r->owner);
}

static void keep_curve(struct reader *r)
{
    struct ib_case_record *c = r->owner;
    c->losses = (struct ib_loss_record *)(void *)r->rows;
    c->n_losses = r->n;
    ib_derive_curve(&r->run->arena, c);
    c->losses = NULL;
    c->n_losses = 0;
}

/* Gives the rows to their case. */
static void hand_over(struct reader *r)
{
    if (r->n && r->reduce)
        r->reduce(r);
    else if (r->n)
        ib_row_set(&r->run->arena, r->table, r->owner, r->rows, r->n);
    ib_arena_free(&r->texts);
    r->n = 0;
}

/* A list that grew in the record would leave its smaller versions there. */
static void read_row(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)
{
    if (r->owner != c)
        hand_over(r);
    r->owner = c;
    r->rows = ib_arena_grow(&r->scratch, r->rows, r->table->row_bytes, r->n, &r->capacity);
    ib_row_get(row, r->table, r->reduce ? &r->texts : &r->run->arena, r->rows + r->n++ * r->table->row_bytes);
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

/* Nothing of a record of samples follows from these columns. */
static bool is_unused(const struct ib_column *column)
{
    static const size_t unused[] = {
        offsetof(struct ib_round_record, reason), offsetof(struct ib_round_record, slices),
        offsetof(struct ib_round_record, unseen), offsetof(struct ib_round_record, clock_mhz),
        offsetof(struct ib_round_record, slowed)};
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        if (column->offset == unused[i])
            return true;
    return false;
}

/* The rounds without these. */
static struct ib_db_table table_of_samples(struct ib_arena *arena)
{
    struct ib_db_table table = ib_db_tables[IB_TABLE_ROUNDS];
    size_t n = 0, used = 0;
    while (table.columns[n].name)
        n++;
    struct ib_column *columns = ib_arena_alloc(arena, (n + 1) * sizeof *columns);
    for (size_t i = 0; i < n; i++)
        if (!is_unused(&table.columns[i]))
            columns[used++] = table.columns[i];
    table.columns = columns;
    return table;
}

static enum ib_status read_samples(struct reader *r)
{
    const struct ib_db_table table = table_of_samples(&r->scratch);
    r->reduce = keep_samples;
    return read_table(r, &table, 0);
}

static enum ib_status read_measurements(struct reader *r, bool samples)
{
    IB_TRY(read_rows(r, "SELECT case_number, name, value FROM metrics", false, read_metric));
    IB_TRY(read_rows(r, "SELECT case_number, source, reason FROM whole_processes", false, read_process));
    for (int kind = 0; kind < IB_TABLE_ROUNDS; kind++) {
        r->reduce = samples && kind == IB_TABLE_LOSSES ? keep_curve : NULL;
        IB_TRY(read_table(r, &ib_db_tables[kind], 0));
    }
    return samples ? read_samples(r) : read_table(r, &ib_db_tables[IB_TABLE_ROUNDS], 0);
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

enum ib_status ib_load_timelines(const char *dir, struct ib_run_record *run)
{
    struct reader r = {.run = run};
    IB_TRY(ib_run_folder_open(dir, &r.db));
    enum ib_status status = ib_shadow_missing(r.db);
    if (status == IB_OK)
        status = read_table(&r, &ib_db_events, 0);
    ib_arena_free(&r.scratch);
    sqlite3_close(r.db);
    return status;
}

enum ib_status ib_load_run_of(sqlite3 *db, enum ib_load_detail detail, struct ib_run_record *out)
{
    struct reader r = {.db = db, .run = out};
    *out = (struct ib_run_record){0};
    enum ib_status status = read_run(&r);
    if (status == IB_OK && detail != IB_LOAD_CASES)
        status = read_measurements(&r, detail == IB_LOAD_SAMPLES);
    ib_arena_free(&r.scratch);
    ib_arena_free(&r.texts);
    return status;
}

static enum ib_status load(const char *dir, enum ib_load_detail detail, struct ib_run_record *out)
{
    sqlite3 *db;
    *out = (struct ib_run_record){0};
    IB_TRY(ib_run_folder_open(dir, &db));
    enum ib_status status = ib_shadow_missing(db);
    if (status == IB_OK)
        status = ib_load_run_of(db, detail, out);
    sqlite3_close(db);
    if (status == IB_OK)
        ib_run_record_index(out);
    else
        ib_run_record_free(out);
    return status;
}

enum ib_status ib_load_run(const char *dir, struct ib_run_record *out)
{
    IB_TRY(load(dir, IB_LOAD_ROUNDS, out));
    ib_run_record_derive(out);
    return IB_OK;
}

enum ib_status ib_load_run_samples(const char *dir, struct ib_run_record *out)
{
    IB_TRY(load(dir, IB_LOAD_SAMPLES, out));
    ib_run_record_derive(out);
    return IB_OK;
}

enum ib_status ib_load_run_cases(const char *dir, struct ib_run_record *out)
{
    return load(dir, IB_LOAD_CASES, out);
}
