/* Reading a history. */
#include "store/case_row.h"
#include "store/history_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef void row_fn(struct ib_history *, sqlite3_stmt *row);

static enum ib_status read_rows(sqlite3 *db, const char *sql, struct ib_history *h, row_fn *add)
{
    sqlite3_stmt *query = NULL;
    bool row = true;
    enum ib_status status = ib_db_prepare(db, sql, &query);
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row)
        add(h, query);
    sqlite3_finalize(query);
    return status;
}

/* ---- runs, machines and cases ---- */

static void read_run(struct ib_history *h, sqlite3_stmt *row)
{
    struct ib_arena *arena = &h->cases.arena;
    h->runs[h->n_runs++] = (struct ib_history_run){.number = (uint64_t)sqlite3_column_int64(row, 0),
                                                   .id = ib_column_known_text(row, 1, arena),
                                                   .name = ib_column_known_text(row, 2, arena),
                                                   .started = ib_column_time(row, 3, arena),
                                                   .config_sha256 = ib_column_known_text(row, 4, arena),
                                                   .version = ib_column_known_text(row, 5, arena)};
}

static void read_machine(struct ib_history *h, sqlite3_stmt *row)
{
    struct ib_arena *arena = &h->cases.arena;
    h->machines[h->n_machines++] =
        (struct ib_history_machine){.number = (uint64_t)sqlite3_column_int64(row, 0),
                                    .fingerprint = ib_column_known_text(row, 1, arena),
                                    .description = ib_column_text(row, 2, arena)};
}

static int run_by_number(const void *number, const void *run)
{
    const uint64_t a = *(const uint64_t *)number, b = ((const struct ib_history_run *)run)->number;
    return (a > b) - (a < b);
}

static struct ib_history_run *find_run(const struct ib_history *h, uint64_t number)
{
    return h->n_runs ? bsearch(&number, h->runs, h->n_runs, sizeof *h->runs, run_by_number) : NULL;
}

static void read_source(struct ib_history *h, sqlite3_stmt *row)
{
    struct ib_arena *arena = &h->cases.arena;
    struct ib_history_run *run = find_run(h, (uint64_t)sqlite3_column_int64(row, 0));
    if (!run)
        return;
    run->sources =
        ib_arena_grow(arena, run->sources, sizeof *run->sources, run->n_sources, &run->sources_capacity);
    ib_row_get(row, &ib_db_history_sources, arena, &run->sources[run->n_sources++]);
}

static void read_case(struct ib_history *h, sqlite3_stmt *row)
{
    struct ib_run_record *r = &h->cases;
    struct ib_arena scratch = {0};
    const struct ib_db_table table = ib_db_case_table(&scratch);
    r->cases = ib_arena_grow(&r->arena, r->cases, sizeof *r->cases, r->n, &r->capacity);
    struct ib_case_record *c = &r->cases[r->n++];
    ib_case_row_get(row, &table, &r->arena, NULL, c);
    ib_arena_free(&scratch);
    c->number = (uint64_t)sqlite3_column_int64(row, 0);
}

static enum ib_status count_rows(sqlite3 *db, const char *sql, size_t *out)
{
    sqlite3_stmt *query = NULL;
    bool row = false;
    enum ib_status status = ib_db_prepare(db, sql, &query);
    if (status == IB_OK)
        status = ib_db_next(query, &row);
    *out = row ? (size_t)sqlite3_column_int64(query, 0) : 0;
    sqlite3_finalize(query);
    return status;
}

enum ib_status ib_history_read(sqlite3 *db, struct ib_history *out)
{
    struct ib_arena *arena = &out->cases.arena;
    size_t n_runs, n_machines;
    *out = (struct ib_history){0};
    IB_TRY(count_rows(db, "SELECT count(*) FROM runs", &n_runs));
    IB_TRY(count_rows(db, "SELECT count(*) FROM machines", &n_machines));
    out->runs = ib_arena_alloc(arena, (n_runs + 1) * sizeof *out->runs);
    out->machines = ib_arena_alloc(arena, (n_machines + 1) * sizeof *out->machines);
    IB_TRY(read_rows(db, "SELECT number, id, name, started, config_sha256, version FROM runs ORDER BY number",
                     out, read_run));
    IB_TRY(read_rows(db, "SELECT number, fingerprint, description FROM machines ORDER BY number", out,
                     read_machine));
    IB_TRY(read_rows(db, ib_select_sql(arena, &ib_db_history_sources, 0), out, read_source));
    const struct ib_db_table cases = ib_db_case_table(arena);
    IB_TRY(read_rows(db, ib_select_sql(arena, &cases, 0), out, read_case));
    ib_run_record_name(&out->cases);
    return IB_OK;
}

void ib_history_free(struct ib_history *h)
{
    ib_run_record_free(&h->cases);
    *h = (struct ib_history){0};
}

/* ---- series ---- */

static int case_by_number(const void *number, const void *c)
{
    const uint64_t a = *(const uint64_t *)number, b = ((const struct ib_case_record *)c)->number;
    return (a > b) - (a < b);
}

static const struct ib_history_machine *find_machine(const struct ib_history *h, uint64_t number)
{
    size_t i = 0;
    while (i < h->n_machines && h->machines[i].number != number)
        i++;
    return i < h->n_machines ? &h->machines[i] : NULL;
}

/* The series of each case, of which there is one a machine. newest[i]: 1 + the index of the newest of case i;
 * others of it follow by `next`. */
struct places {
    size_t *newest, *next, capacity;
};

static struct ib_history_series *series_of(struct ib_history *h, struct places *places,
                                           const struct ib_case_record *c,
                                           const struct ib_history_machine *machine)
{
    const size_t index = (size_t)(c - h->cases.cases);
    for (size_t at = places->newest[index]; at; at = places->next[at - 1])
        if (h->series[at - 1].machine == machine)
            return &h->series[at - 1];
    h->series = ib_arena_grow(&h->cases.arena, h->series, sizeof *h->series, h->n, &h->capacity);
    places->next =
        ib_arena_grow(&h->cases.arena, places->next, sizeof *places->next, h->n, &places->capacity);
    places->next[h->n] = places->newest[index];
    h->series[h->n++] = (struct ib_history_series){.c = c, .machine = machine};
    places->newest[index] = h->n;
    return &h->series[h->n - 1];
}

/* No time is infinite or negative, nor is any metric infinite: a file that says so does not know. */
static struct ib_history_result known_only(struct ib_history_result result)
{
    double *const times[] = {&result.epoch_ns, &result.low_ns, &result.high_ns};
    for (int i = 0; i < 3; i++)
        if (!(isfinite(*times[i]) && *times[i] > 0))
            *times[i] = NAN;
    if (!isfinite(result.metric))
        result.metric = NAN;
    return result;
}

static void add_point(struct ib_history *h, struct places *places, uint64_t run_number,
                      const struct ib_history_row *row)
{
    const struct ib_run_record *r = &h->cases;
    const struct ib_history_run *run = find_run(h, run_number);
    const struct ib_history_machine *machine = find_machine(h, row->machine_number);
    const struct ib_case_record *c =
        r->n ? bsearch(&row->case_number, r->cases, r->n, sizeof *r->cases, case_by_number) : NULL;
    if (!c || !run || !machine)
        return;
    struct ib_history_series *s = series_of(h, places, c, machine);
    s->points = ib_arena_grow(&h->cases.arena, s->points, sizeof *s->points, s->n, &s->capacity);
    s->points[s->n++] = (struct ib_history_point){.run = run,
                                                  .source = ib_case_source(run->sources, run->n_sources, c),
                                                  .result = known_only(row->result)};
}

const char *ib_history_when(const struct ib_history_point *p)
{
    return p->source && p->source->committed ? p->source->committed : p->run->started;
}

static bool is_dirty(const struct ib_history_point *p)
{
    return p->source && p->source->dirty == IB_YES;
}

/* Changes that are not committed come after their commit. Times in ISO 8601 sort as text. */
static int by_commit(const void *left, const void *right)
{
    const struct ib_history_point *a = left, *b = right;
    int order = strcmp(ib_history_when(a), ib_history_when(b));
    if (!order)
        order = is_dirty(a) - is_dirty(b);
    if (!order)
        order = strcmp(a->run->started, b->run->started);
    return order ? order : strcmp(a->run->id, b->run->id);
}

static int by_case(const void *left, const void *right)
{
    const struct ib_history_series *a = left, *b = right;
    if (a->c != b->c)
        return a->c < b->c ? -1 : 1;
    return (a->machine > b->machine) - (a->machine < b->machine);
}

static enum ib_status read_points(sqlite3 *db, struct ib_history *h, struct places *places)
{
    struct ib_arena *arena = &h->cases.arena;
    sqlite3_stmt *query = NULL;
    bool row = true;
    enum ib_status status = ib_db_prepare(db, ib_select_sql(arena, &ib_db_history_points, 0), &query);
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row) {
        struct ib_history_row found;
        ib_row_get(query, &ib_db_history_points, arena, &found);
        add_point(h, places, (uint64_t)sqlite3_column_int64(query, 0), &found);
    }
    sqlite3_finalize(query);
    return status;
}

enum ib_status ib_history_read_series(sqlite3 *db, struct ib_history *h)
{
    struct places places = {0};
    places.newest = ib_arena_alloc(&h->cases.arena, (h->cases.n + 1) * sizeof *places.newest);
    IB_TRY(read_points(db, h, &places));
    for (size_t i = 0; i < h->n; i++)
        qsort(h->series[i].points, h->series[i].n, sizeof *h->series[i].points, by_commit);
    if (h->n)
        qsort(h->series, h->n, sizeof *h->series, by_case);
    return IB_OK;
}
