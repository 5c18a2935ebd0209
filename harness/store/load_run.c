#include "store/load_run.h"

#include "base/error.h"
#include "store/case_row.h"
#include "store/measurements.h"
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
    const struct ib_db_table *cases;
    struct ib_text_pool pool;
    struct ib_arena scratch; /* for the text of queries */
};

typedef void row_fn(struct reader *, sqlite3_stmt *row);

static enum ib_status read_rows(struct reader *r, const char *sql, row_fn *add)
{
    sqlite3_stmt *query = NULL;
    bool row = true;
    enum ib_status status = ib_db_prepare(r->db, sql, &query);
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row)
        add(r, query);
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

static void read_run_row(struct reader *r, sqlite3_stmt *row)
{
    struct ib_run_record *run = r->run;
    struct ib_arena *arena = &run->arena;
    enum { ID, NAME, STARTED, FINISHED, CONFIG_TEXT, CONFIG_SHA256, VERSION, REFERENCE, TEXTS };
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

static void read_case(struct reader *r, sqlite3_stmt *row)
{
    struct ib_run_record *run = r->run;
    run->cases = ib_arena_grow(&run->arena, run->cases, sizeof *run->cases, run->n, &run->capacity);
    struct ib_case_record *c = &run->cases[run->n++];
    ib_case_row_get(row, r->cases, &run->arena, &r->pool, c);
    c->number = run->n;
    c->part = c->part ? c->part : 1;
    c->position = c->position ? c->position : c->number;
}

/* Makes room for all cases at once: a list that grew would leave its smaller versions in the arena. */
static void read_count(struct reader *r, sqlite3_stmt *row)
{
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
        read_run_row));
    if (!r->run->id)
        return ib_fail(IB_EINVAL, sqlite3_db_filename(r->db, "main"), "this run was killed before it began");
    IB_TRY(ib_load_parts(r->db, r->run));
    IB_TRY(ib_read_sources(r->db, r->run));
    IB_TRY(read_rows(r, "SELECT count(*) FROM cases", read_count));
    r->cases = &cases;
    return read_rows(r, ib_select_sql(&r->scratch, &cases, 0), read_case);
}

/* ---- all ---- */

enum ib_status ib_load_run_of(sqlite3 *db, enum ib_load_detail detail, struct ib_run_record *out)
{
    struct reader r = {.db = db, .run = out, .pool.arena = &out->arena};
    *out = (struct ib_run_record){0};
    enum ib_status status = read_run(&r);
    if (status == IB_OK && detail != IB_LOAD_CASES)
        status = ib_load_measurements(db, detail, &r.pool, out);
    ib_text_pool_free(&r.pool);
    ib_arena_free(&r.scratch);
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

enum ib_status ib_load_run_compared(const char *dir, struct ib_run_record *out)
{
    IB_TRY(load(dir, IB_LOAD_COMPARED, out));
    ib_run_record_machines(out);
    ib_run_record_name_problems(out);
    return IB_OK;
}

enum ib_status ib_load_run_cases(const char *dir, struct ib_run_record *out)
{
    return load(dir, IB_LOAD_CASES, out);
}

enum ib_status ib_load_timelines(const char *dir, struct ib_run_record *run)
{
    sqlite3 *db;
    IB_TRY(ib_run_folder_open(dir, &db));
    enum ib_status status = ib_shadow_missing(db);
    if (status == IB_OK)
        status = ib_load_table(db, run, &ib_db_events);
    sqlite3_close(db);
    return status;
}
