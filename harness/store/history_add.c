/* Adding a run to a history. */
#include "base/error.h"
#include "store/history_tables.h"

#include <inttypes.h>
#include <math.h>

/* Statements and the numbers of what they refer to. */
struct adding {
    sqlite3 *db;
    const struct ib_run_record *run;
    uint64_t run_number, last_case;
    sqlite3_stmt *put_case, *find_case, *put_point;
    struct ib_db_table cases;
    struct ib_arena arena;
};

/* The first column of the only row; 0 without one. text: its parameter; NULL: it has none. */
static enum ib_status ask_number(sqlite3_stmt *query, const char *text, uint64_t *out)
{
    const struct ib_db_value value = ib_db_text(text);
    bool row = false;
    IB_TRY(ib_db_bind(query, &value, text ? 1 : 0));
    IB_TRY(ib_db_next(query, &row));
    *out = row ? (uint64_t)sqlite3_column_int64(query, 0) : 0;
    return IB_OK;
}

static enum ib_status find_number(sqlite3 *db, const char *sql, const char *text, uint64_t *out)
{
    sqlite3_stmt *query;
    IB_TRY(ib_db_prepare(db, sql, &query));
    const enum ib_status status = ask_number(query, text, out);
    sqlite3_finalize(query);
    return status;
}

/* ---- the run ---- */

static enum ib_status put_machine(struct adding *a, const struct ib_machine *machine, uint64_t *number)
{
    const char *fingerprint = machine->fingerprint ? machine->fingerprint : "";
    IB_TRY(ib_db_run_once(a->db, "INSERT OR IGNORE INTO machines (fingerprint, description) VALUES (?, ?)",
                          IB_DB_VALUES(ib_db_text(fingerprint), ib_db_text(machine->cpu))));
    return find_number(a->db, "SELECT number FROM machines WHERE fingerprint = ?", fingerprint, number);
}

static enum ib_status put_run(struct adding *a)
{
    const struct ib_run_record *run = a->run;
    IB_TRY(ib_db_run_once(
        a->db, "INSERT INTO runs (id, name, started, config_sha256, version) VALUES (?, ?, ?, ?, ?)",
        IB_DB_VALUES(ib_db_text(run->id), ib_db_text(run->name), ib_db_text(run->started),
                     ib_db_text(run->config_sha256), ib_db_text(run->version))));
    a->run_number = (uint64_t)sqlite3_last_insert_rowid(a->db);
    return IB_OK;
}

static enum ib_status put_sources(struct adding *a)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status = ib_db_prepare(a->db, ib_insert_sql(&a->arena, &ib_db_history_sources), &insert);
    for (size_t i = 0; i < a->run->n_sources && status == IB_OK; i++)
        status = ib_row_put(insert, &ib_db_history_sources, a->run_number, &a->run->sources[i]);
    sqlite3_finalize(insert);
    return status;
}

/* ---- its cases ---- */

static struct ib_history_result result_of(const struct ib_case_record *c)
{
    const bool timed = ib_case_record_counts(c) && !c->simulated, right = ib_case_record_verified(c);
    return (struct ib_history_result){
        .status = c->status,
        .verdict = c->check.verdict,
        .reason = c->status == IB_CASE_OK ? c->check.verdict_reason : c->reason,
        .epoch_ns = timed ? c->epoch_ns.median : NAN,
        .low_ns = timed ? c->epoch_ns.low : NAN,
        .high_ns = timed ? c->epoch_ns.high : NAN,
        .rounds = timed ? c->epoch_ns.n : 0,
        .metric = right ? c->metrics[ib_metric_of_task(c->task)] : NAN,
        .h2d_count = c->transfers.h2d_count,
        .h2d_bytes = c->transfers.h2d_bytes,
        .d2h_count = c->transfers.d2h_count,
        .d2h_bytes = c->transfers.d2h_bytes,
    };
}

/* A case is described as in the first run that had it. */
static enum ib_status number_of_case(struct adding *a, const struct ib_case_record *c, uint64_t *number)
{
    IB_TRY(ask_number(a->find_case, c->id, number));
    if (*number)
        return IB_OK;
    *number = ++a->last_case;
    return ib_row_put(a->put_case, &a->cases, *number, c);
}

static enum ib_status put_cases(struct adding *a)
{
    const struct ib_machine *last = NULL;
    uint64_t machine = 0;
    for (size_t i = 0; i < a->run->n; i++) {
        const struct ib_case_record *c = &a->run->cases[i];
        const struct ib_machine *of_case = ib_machine_of(a->run, c);
        if (of_case != last)
            IB_TRY(put_machine(a, of_case, &machine));
        last = of_case;
        struct ib_history_row row = {.machine_number = machine, .result = result_of(c)};
        IB_TRY(number_of_case(a, c, &row.case_number));
        IB_TRY(ib_row_put(a->put_point, &ib_db_history_points, a->run_number, &row));
    }
    return IB_OK;
}

static enum ib_status put_all(struct adding *a)
{
    a->cases = ib_db_case_table(&a->arena);
    IB_TRY(put_run(a));
    IB_TRY(put_sources(a));
    IB_TRY(find_number(a->db, "SELECT max(number) FROM cases", NULL, &a->last_case));
    IB_TRY(ib_db_prepare(a->db, "SELECT number FROM cases WHERE id = ?", &a->find_case));
    IB_TRY(ib_db_prepare(a->db, ib_insert_sql(&a->arena, &a->cases), &a->put_case));
    IB_TRY(ib_db_prepare(a->db, ib_insert_sql(&a->arena, &ib_db_history_points), &a->put_point));
    return put_cases(a);
}

static enum ib_status add_unless_there(struct adding *a, bool *added)
{
    uint64_t number;
    IB_TRY(find_number(a->db, "SELECT number FROM runs WHERE id = ?", a->run->id, &number));
    *added = number == 0;
    return *added ? put_all(a) : IB_OK;
}

enum ib_status ib_history_add(sqlite3 *db, const struct ib_run_record *run, bool *added)
{
    struct adding a = {.db = db, .run = run};
    if (!run->finished)
        return ib_fail(IB_EINVAL, run->id, "this run is not finished; `run --resume` finishes it");
    IB_TRY(ib_db_run_once(db, "BEGIN IMMEDIATE", NULL, 0));
    enum ib_status status = add_unless_there(&a, added);
    sqlite3_finalize(a.put_case);
    sqlite3_finalize(a.find_case);
    sqlite3_finalize(a.put_point);
    ib_arena_free(&a.arena);
    if (status == IB_OK)
        status = ib_db_run_once(db, "COMMIT", NULL, 0);
    if (status != IB_OK)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
