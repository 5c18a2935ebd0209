#include "store/load_run.h"

#include "base/error.h"
#include "store/columns.h"
#include "store/run_folder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A query, and what is done with each of its rows. */
struct reader {
    sqlite3 *db;
    struct ib_run_record *run;
    struct ib_arena scratch; /* for the text of queries */
};

typedef void row_fn(struct reader *, sqlite3_stmt *row, struct ib_case_record *c);

/* Calls `add` for each row; its first column is the number of a case, but for `c` NULL: of the run itself. */
static enum ib_status read_rows(struct reader *r, const char *sql, row_fn *add)
{
    sqlite3_stmt *query = NULL;
    bool row = true;
    enum ib_status status = ib_db_prepare(r->db, sql, &query);
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row) {
        const sqlite3_int64 number = sqlite3_column_int64(query, 0);
        const bool of_case = number >= 1 && (uint64_t)number <= r->run->n;
        add(r, query, of_case ? &r->run->cases[number - 1] : NULL);
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

static void read_run_row(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)
{
    struct ib_run_record *run = r->run;
    struct ib_arena *arena = &run->arena;
    const char **texts[] = {&run->id,          &run->name,          &run->started, &run->finished,
                            &run->config_text, &run->config_sha256, &run->version, &run->reference};
    enum { TEXTS = sizeof texts / sizeof *texts };
    (void)c;
    for (int i = 0; i < TEXTS; i++)
        *texts[i] = ib_column_text(row, i, arena);
    json_t *machine = json_loads((const char *)sqlite3_column_text(row, TEXTS), 0, NULL);
    ib_machine_from_json(machine, arena, &run->machine);
    json_decref(machine);
    run->selection = read_selection(arena, (const char *)sqlite3_column_text(row, TEXTS + 1));
}

static enum ib_status read_run(struct reader *r)
{
    IB_TRY(read_rows(
        r,
        "SELECT id, name, started, finished, config_text, config_sha256, version, reference, machine,"
        " selection FROM run",
        read_run_row));
    return r->run->id ? IB_OK
                      : ib_fail(IB_EINVAL, sqlite3_db_filename(r->db, "main"),
                                "this run was killed before it began");
}

static int word_in(sqlite3_stmt *row, int column, const struct ib_word *words)
{
    int value = 0;
    const char *text = (const char *)sqlite3_column_text(row, column);
    if (text)
        ib_word_value(words, text, &value);
    return value;
}

static void read_options(struct ib_arena *arena, const char *text, struct ib_case_record *c)
{
    json_t *json = text ? json_loads(text, 0, NULL) : NULL, *value;
    const char *name;
    struct ib_setting *list = ib_arena_alloc(arena, (json_object_size(json) + 1) * sizeof *list);
    json_object_foreach (json, name, value)
        list[c->n_options++] =
            (struct ib_setting){ib_arena_copy(arena, name),
                                ib_arena_copy(arena, json_is_string(value) ? json_string_value(value) : "")};
    c->options = list;
    json_decref(json);
}

enum { FIXED_COLUMNS = 14 };

static const char *case_query(struct ib_arena *arena)
{
    const char *columns =
        "number, id, task, dataset_sha256, rows, test_rows, cols, options, label, libraries,"
        " simulated, algorithm, status, reason";
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        columns = ib_arena_print(arena, "%s, %s", columns, ib_axis_rules[k].name);
    return ib_arena_print(arena, "SELECT %s FROM cases ORDER BY number", columns);
}

/* A real number in as few digits as give it again. */
static const char *axis_text(sqlite3_stmt *row, int column, struct ib_arena *arena)
{
    char text[32];
    return sqlite3_column_type(row, column) == SQLITE_FLOAT
               ? ib_arena_copy(arena, ib_print_real(sqlite3_column_double(row, column), text, sizeof text))
               : ib_column_text(row, column, arena);
}

static void read_case_row(struct reader *r, sqlite3_stmt *row, struct ib_case_record *ignored)
{
    struct ib_run_record *run = r->run;
    struct ib_arena *arena = &run->arena;
    (void)ignored;
    run->cases = ib_arena_grow(arena, run->cases, sizeof *run->cases, run->n, &run->capacity);
    struct ib_case_record *c = &run->cases[run->n++];
    *c = (struct ib_case_record){
        .number = (uint64_t)sqlite3_column_int64(row, 0),
        .id = ib_column_text(row, 1, arena),
        .task = (enum ib_task)word_in(row, 2, ib_task_words),
        .dataset_sha256 = ib_column_text(row, 3, arena),
        .rows = (uint64_t)sqlite3_column_int64(row, 4),
        .test_rows = (uint64_t)sqlite3_column_int64(row, 5),
        .cols = (uint64_t)sqlite3_column_int64(row, 6),
        .label = ib_column_text(row, 8, arena),
        .libraries = ib_column_text(row, 9, arena),
        .simulated = sqlite3_column_int(row, 10),
        .algorithm = ib_column_text(row, 11, arena),
        .status = (enum ib_case_status)word_in(row, 12, ib_case_status_words),
        .reason = ib_column_text(row, 13, arena),
        .residency = (enum ib_residency)word_in(row, FIXED_COLUMNS + IB_AXIS_RESIDENCY, ib_residency_words),
        .epochs = (uint64_t)sqlite3_column_int64(row, FIXED_COLUMNS + IB_AXIS_EPOCHS)};
    read_options(arena, (const char *)sqlite3_column_text(row, 7), c);
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        c->axis[k] = axis_text(row, FIXED_COLUMNS + k, arena);
    ib_case_record_clear(c);
}

/* ---- what was measured ---- */

/* A new element of a list in the arena that doubles as it grows; the lists of a loaded run have no spare
 * room. */
static void *grown(struct ib_arena *arena, void *list, size_t bytes, size_t n)
{
    size_t capacity = n;
    const bool full = n == 0 || (n >= 8 && (n & (n - 1)) == 0); /* as ib_arena_grow leaves it */
    return full ? ib_arena_grow(arena, list, bytes, n, &capacity) : list;
}

#define ADD_ROW(r, row, columns, list, n)                                                                    \
    do {                                                                                                     \
        (list) = grown(&(r)->run->arena, (list), sizeof *(list), (n));                                       \
        ib_columns_get((row), &(columns), &(r)->run->arena, &(list)[(n)++]);                                 \
    } while (0)

#define ROWS_OF(function, columns, list, n)                                                                  \
    static void function(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)                      \
    {                                                                                                        \
        if (c)                                                                                               \
            ADD_ROW(r, row, columns, list, n);                                                               \
    }
#define ROW_OF(function, columns, member)                                                                    \
    static void function(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)                      \
    {                                                                                                        \
        if (c)                                                                                               \
            ib_columns_get(row, &(columns), &r->run->arena, &c->member);                                     \
    }

ROW_OF(read_check, ib_check_columns, check)
ROW_OF(read_tracer, ib_tracer_columns, tracer)
ROW_OF(read_profile, ib_profile_columns, profile)
ROWS_OF(read_round, ib_round_columns, c->rounds, c->n_rounds)
ROWS_OF(read_process_run, ib_process_run_columns, c->process_runs, c->n_process_runs)
ROWS_OF(read_stop, ib_stop_columns, c->stops, c->n_stops)
ROWS_OF(read_stop_time, ib_stop_time_columns, c->stop_times, c->n_stop_times)
ROWS_OF(read_copy, ib_copy_columns, c->copies, c->n_copies)
ROWS_OF(read_calls, ib_calls_columns, c->calls, c->n_calls)
ROWS_OF(read_kernel, ib_kernel_columns, c->tracer.kernels, c->tracer.n_kernels)
ROWS_OF(read_operation, ib_operation_columns, c->profile.operations, c->profile.n_operations)
ROWS_OF(read_copy_time, ib_copy_time_columns, c->profile.copies, c->profile.n_copies)

/* In this order: a row of its own comes before the lists within it. */
static const struct detail {
    const struct ib_columns *columns;
    row_fn *add;
    const char *where;
} details[] = {
    {&ib_check_columns, read_check, NULL},
    {&ib_round_columns, read_round, NULL},
    {&ib_process_run_columns, read_process_run, NULL},
    {&ib_stop_columns, read_stop, NULL},
    {&ib_stop_time_columns, read_stop_time, NULL},
    {&ib_copy_columns, read_copy, "pass = 'timed'"},
    {&ib_calls_columns, read_calls, "pass = 'timed'"},
    {&ib_tracer_columns, read_tracer, NULL},
    {&ib_kernel_columns, read_kernel, NULL},
    {&ib_profile_columns, read_profile, NULL},
    {&ib_operation_columns, read_operation, NULL},
    {&ib_copy_time_columns, read_copy_time, NULL},
};
enum { DETAIL_COUNT = sizeof details / sizeof *details };

static void read_metric(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)
{
    (void)r;
    const char *name = (const char *)sqlite3_column_text(row, 1);
    for (size_t i = 0; c && i < IB_METRIC_COUNT; i++)
        if (strcmp(ib_metrics[i]->name, name) == 0 && sqlite3_column_type(row, 2) != SQLITE_NULL)
            c->metrics[i] = sqlite3_column_double(row, 2);
}

/* Losses, and seconds where the curve has its own. */
static void read_loss(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)
{
    if (!c)
        return;
    struct ib_arena *arena = &r->run->arena;
    const size_t n = c->curve.n++;
    double *seconds = (double *)(uintptr_t)c->seconds;
    c->curve.epoch = grown(arena, c->curve.epoch, sizeof *c->curve.epoch, n);
    c->curve.loss = grown(arena, c->curve.loss, sizeof *c->curve.loss, n);
    c->curve.epoch[n] = (uint64_t)sqlite3_column_int64(row, 1);
    c->curve.loss[n] = sqlite3_column_type(row, 2) == SQLITE_NULL ? NAN : sqlite3_column_double(row, 2);
    if (n > 0 ? seconds == NULL : sqlite3_column_type(row, 3) == SQLITE_NULL)
        return;
    seconds = grown(arena, seconds, sizeof *seconds, n);
    seconds[n] = sqlite3_column_type(row, 3) == SQLITE_NULL ? NAN : sqlite3_column_double(row, 3);
    c->seconds = seconds;
}

static void read_process(struct reader *r, sqlite3_stmt *row, struct ib_case_record *c)
{
    if (!c)
        return;
    c->process_timed = true;
    c->process_source = ib_column_text(row, 1, &r->run->arena);
    c->process_reason = ib_column_text(row, 2, &r->run->arena);
}

static enum ib_status read_details(struct reader *r)
{
    for (int i = 0; i < DETAIL_COUNT; i++)
        IB_TRY(read_rows(r, ib_columns_select(&r->scratch, details[i].columns, details[i].where),
                         details[i].add));
    IB_TRY(read_rows(r, "SELECT case_number, name, value FROM metrics", read_metric));
    IB_TRY(read_rows(r, "SELECT case_number, epoch, loss, seconds FROM curve ORDER BY case_number, epoch",
                     read_loss));
    return read_rows(r, "SELECT case_number, source, reason FROM whole_processes", read_process);
}

/* Appending goes on where loading stopped: with full lists. */
static void set_capacities(struct ib_run_record *run)
{
    for (size_t i = 0; i < run->n; i++) {
        struct ib_case_record *c = &run->cases[i];
        c->rounds_capacity = c->n_rounds;
        c->process_runs_capacity = c->n_process_runs;
        c->stop_times_capacity = c->n_stop_times;
    }
}

enum ib_status ib_load_run_of(sqlite3 *db, struct ib_run_record *out)
{
    struct reader r = {.db = db, .run = out};
    *out = (struct ib_run_record){0};
    enum ib_status status = read_run(&r);
    if (status == IB_OK)
        status = read_rows(&r, case_query(&r.scratch), read_case_row);
    if (status == IB_OK)
        status = read_details(&r);
    set_capacities(out);
    ib_arena_free(&r.scratch);
    return status;
}

enum ib_status ib_load_run(const char *dir, struct ib_run_record *out)
{
    sqlite3 *db;
    IB_TRY(ib_run_folder_open(dir, &db));
    enum ib_status status = ib_load_run_of(db, out);
    sqlite3_close(db);
    if (status == IB_OK)
        ib_run_record_derive(out);
    else
        ib_run_record_free(out);
    return status;
}
