#include "analysis/chart_tables.h"

#include <math.h>

static const char schema[] =
    "CREATE TEMP TABLE copy_costs (model TEXT, dataset TEXT, pair INTEGER, case_number INTEGER,"
    " residency TEXT, simulated INTEGER, epoch_ns REAL, transfer_ns REAL, sync_ns REAL, compute_ns REAL,"
    " launch_ns REAL, ratio REAL, ratio_low REAL, ratio_high REAL);"
    /* at, at_low, at_high: rows at the crossing; 0: below the smallest size; 9e999: beyond the largest. */
    "CREATE TEMP TABLE crossover_lines (model TEXT, task TEXT, cols INTEGER, title TEXT, place INTEGER,"
    " name TEXT, rows REAL, device_ns REAL, host_ns REAL, at REAL, at_low REAL, at_high REAL, at_ns REAL);"
    /* The names of the cases, which of them are ranked, and the median runs of whole processes. */
    "CREATE TEMP TABLE names (case_number INTEGER PRIMARY KEY, who TEXT, problem TEXT, training TEXT, series "
    "TEXT);"
    "CREATE TEMP TABLE ranked (case_number INTEGER PRIMARY KEY);"
    /* How many times as fast as the baseline: medians over shared rounds, where there are enough. */
    "CREATE TEMP TABLE speed_ups (case_number INTEGER PRIMARY KEY, ratio REAL, low REAL, high REAL);"
    "CREATE TEMP TABLE whole_medians (case_number INTEGER PRIMARY KEY, n INTEGER, wall_ns REAL, startup_ns "
    "INTEGER,"
    " load_ns INTEGER, setup_ns INTEGER, train_ns INTEGER, readback_ns INTEGER, predict_ns INTEGER, rest_ns "
    "INTEGER,"
    " residual_ns REAL);"
    "CREATE TEMP TABLE times_to (case_number INTEGER, share REAL, loss REAL, epoch INTEGER, seconds REAL,"
    " point INTEGER);"
    /* Each point of each curve is looked up. */
    "CREATE INDEX temp.times_to_by_point ON times_to (case_number, point)";

static enum ib_status add_side(sqlite3_stmt *insert, const struct ib_transfer_overhead *overhead, size_t pair,
                               const struct ib_case_record *c)
{
    const double *breakdown = c->breakdown_ns;
    return ib_db_run(insert,
                     IB_DB_VALUES(ib_db_text(c->axis[IB_AXIS_MODEL]), ib_db_text(c->axis[IB_AXIS_DATASET]),
                                  ib_db_integer(pair), ib_db_integer(c->number),
                                  ib_db_text(ib_word_of(ib_residency_words, (int)c->residency)),
                                  ib_db_integer(overhead->simulated), ib_db_real(c->epoch_ns.median),
                                  ib_db_real(breakdown[IB_TIME_TRANSFER]),
                                  ib_db_real(breakdown[IB_TIME_SYNC]), ib_db_real(breakdown[IB_TIME_COMPUTE]),
                                  ib_db_real(breakdown[IB_TIME_LAUNCH]), ib_db_real(overhead->ratio.median),
                                  ib_db_real(overhead->ratio.low), ib_db_real(overhead->ratio.high)));
}

static enum ib_status add_overhead(sqlite3_stmt *insert, const struct ib_transfer_overhead *overhead,
                                   size_t pair)
{
    IB_TRY(add_side(insert, overhead, pair, overhead->copying));
    return add_side(insert, overhead, pair, overhead->resident);
}

static enum ib_status add_crossover(sqlite3_stmt *insert, const struct ib_crossover *line, size_t place)
{
    for (size_t i = 0; i < line->n; i++) {
        const struct ib_crossover_size *size = &line->sizes[i];
        const struct ib_case_record *c = size->device;
        IB_TRY(ib_db_run(
            insert, IB_DB_VALUES(ib_db_text(c->axis[IB_AXIS_MODEL]),
                                 ib_db_text(ib_word_of(ib_task_words, (int)c->task)), ib_db_integer(c->cols),
                                 ib_db_text(line->title), ib_db_integer(place), ib_db_text(c->name),
                                 ib_db_real(size->rows), ib_db_real(size->device_ns),
                                 ib_db_real(size->host_ns), ib_db_real(line->rows), ib_db_real(line->low),
                                 ib_db_real(line->high), ib_db_real(line->rows_ns))));
    }
    return IB_OK;
}

static enum ib_status fill_costs(sqlite3 *db, const struct ib_derived *derived)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status =
        ib_db_prepare(db, "INSERT INTO copy_costs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", &insert);
    for (size_t i = 0; i < derived->n_overheads && status == IB_OK; i++)
        status = add_overhead(insert, &derived->overheads[i], i);
    sqlite3_finalize(insert);
    return status;
}

static enum ib_status fill_crossovers(sqlite3 *db, const struct ib_derived *derived)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status =
        ib_db_prepare(db, "INSERT INTO crossover_lines VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", &insert);
    for (size_t i = 0; i < derived->n_crossovers && status == IB_OK; i++)
        status = add_crossover(insert, &derived->crossovers[i], i);
    sqlite3_finalize(insert);
    return status;
}

static enum ib_status add_times_to(sqlite3_stmt *insert, const struct ib_loss_group *group,
                                   const struct ib_loss_entry *entry)
{
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        if (!isnan(entry->at[t].epoch))
            IB_TRY(ib_db_run(insert,
                             IB_DB_VALUES(ib_db_integer(entry->record->number),
                                          ib_db_real(ib_loss_target_shares[t]),
                                          ib_db_real(group->targets.loss[t]), ib_db_real(entry->at[t].epoch),
                                          ib_db_real(entry->at[t].seconds), ib_db_real(entry->at[t].at))));
    return IB_OK;
}

static enum ib_status fill_times_to(sqlite3 *db, const struct ib_derived *derived)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status = ib_db_prepare(db, "INSERT INTO times_to VALUES (?,?,?,?,?,?)", &insert);
    for (size_t r = 0; r < derived->n_loss_groups; r++)
        for (size_t i = 0; i < derived->loss_groups[r].n && status == IB_OK; i++)
            status = add_times_to(insert, &derived->loss_groups[r], &derived->loss_groups[r].entries[i]);
    sqlite3_finalize(insert);
    return status;
}

static enum ib_status fill_speed_ups(sqlite3 *db, const struct ib_derived *derived)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status = ib_db_prepare(db, "INSERT INTO speed_ups VALUES (?,?,?,?)", &insert);
    for (size_t i = 0; i < derived->n_speed_ups && status == IB_OK; i++) {
        const struct ib_speed_up *s = &derived->speed_ups[i];
        status = ib_db_run(insert, IB_DB_VALUES(ib_db_integer(s->record->number), ib_db_real(s->ratio.median),
                                                ib_db_real(s->ratio.low), ib_db_real(s->ratio.high)));
    }
    sqlite3_finalize(insert);
    return status;
}

static struct ib_db_value measured(uint64_t ns)
{
    return ns ? ib_db_integer(ns) : ib_db_null();
}

static enum ib_status add_process(sqlite3_stmt *insert, const struct ib_case_record *c)
{
    const struct ib_process_summary *p = c->process;
    const uint64_t *parts = p->parts_ns;
    return ib_db_run(
        insert, IB_DB_VALUES(ib_db_integer(c->number), ib_db_integer(p->n), ib_db_real(p->median_ns),
                             ib_db_integer(parts[IB_PROCESS_STARTUP]), measured(parts[IB_PROCESS_LOAD]),
                             ib_db_integer(parts[IB_PROCESS_SETUP]), ib_db_integer(parts[IB_PROCESS_TRAIN]),
                             measured(parts[IB_PROCESS_READBACK]), measured(parts[IB_PROCESS_PREDICT]),
                             ib_db_integer(parts[IB_PROCESS_REST]), ib_db_real(p->residual_ns)));
}

static enum ib_status add_case(sqlite3_stmt *const insert[3], const struct ib_case_record *c)
{
    IB_TRY(ib_db_run(insert[0],
                     IB_DB_VALUES(ib_db_integer(c->number), ib_db_text(c->name), ib_db_text(c->problem),
                                  ib_db_text(c->training), ib_db_text(c->series))));
    IB_TRY(c->ranked ? ib_db_run(insert[1], IB_DB_VALUES(ib_db_integer(c->number))) : IB_OK);
    return c->process ? add_process(insert[2], c) : IB_OK;
}

static enum ib_status fill_cases(sqlite3 *db, const struct ib_run_record *run)
{
    static const char *const sql[] = {
        "INSERT INTO names (case_number, who, problem, training, series) VALUES (?,?,?,?,?)",
        "INSERT INTO ranked (case_number) VALUES (?)",
        "INSERT INTO whole_medians (case_number, n, wall_ns, startup_ns, load_ns, setup_ns, train_ns, "
        "readback_ns,"
        " predict_ns, rest_ns, residual_ns) VALUES (?,?,?,?,?,?,?,?,?,?,?)"};
    sqlite3_stmt *insert[3] = {NULL};
    enum ib_status status = IB_OK;
    for (int i = 0; i < 3 && status == IB_OK; i++)
        status = ib_db_prepare(db, sql[i], &insert[i]);
    for (size_t i = 0; i < run->n && status == IB_OK; i++)
        status = add_case(insert, &run->cases[i]);
    for (int i = 0; i < 3; i++)
        sqlite3_finalize(insert[i]);
    return status;
}

/* All rows in one transaction. */
static enum ib_status fill(sqlite3 *db, const struct ib_run_record *run, const struct ib_derived *derived)
{
    IB_TRY(fill_cases(db, run));
    IB_TRY(fill_speed_ups(db, derived));
    IB_TRY(fill_costs(db, derived));
    IB_TRY(fill_crossovers(db, derived));
    return fill_times_to(db, derived);
}

static enum ib_status execute(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? IB_OK : ib_db_fail(db);
}

enum ib_status ib_chart_tables(sqlite3 *db, const struct ib_run_record *run, const struct ib_derived *derived)
{
    IB_TRY(execute(db, schema));
    IB_TRY(execute(db, "BEGIN"));
    const enum ib_status status = fill(db, run, derived);
    return status == IB_OK ? execute(db, "COMMIT") : status;
}

/* ---- the cases ---- */

/* Every chart of a model and a data set looks for its cases, so that they are copied and indexed. The table
 * is made like that of the run, whose axes differ from version to version. */
static enum ib_status make_cases(sqlite3 *db)
{
    static const char columns_sql[] =
        "SELECT 'CREATE TEMP TABLE cases (' || group_concat('\"' || name || '\" ' || type ||"
        " iif(pk, ' PRIMARY KEY', ''), ', ') || ', machine TEXT NOT NULL) STRICT'"
        " FROM pragma_table_info('cases', 'main')";
    sqlite3_stmt *query = NULL;
    bool row = false;
    enum ib_status status = ib_db_prepare(db, columns_sql, &query);
    if (status == IB_OK)
        status = ib_db_next(query, &row);
    if (status == IB_OK && row)
        status = execute(db, (const char *)sqlite3_column_text(query, 0));
    sqlite3_finalize(query);
    return status;
}

/* `machine` is empty unless there are several. */
static enum ib_status copy_cases(sqlite3 *db, const struct ib_run_record *run)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status =
        ib_db_prepare(db, "INSERT INTO temp.cases SELECT *, ?2 FROM main.cases WHERE number = ?1", &insert);
    for (size_t i = 0; i < run->n && status == IB_OK; i++) {
        const char *machine = run->n_machines > 1 ? run->cases[i].machine : NULL;
        status = ib_db_run(
            insert, IB_DB_VALUES(ib_db_integer(run->cases[i].number), ib_db_text(machine ? machine : "")));
    }
    sqlite3_finalize(insert);
    return status;
}

/* Which cases answer for themselves and others is found once, as that looks at all of them. */
static const char answers[] =
    "CREATE INDEX temp.cases_by_dataset ON cases (model, dataset);"
    "CREATE TEMP TABLE answering AS SELECT * FROM"
    " (SELECT n.case_number, c.model, c.dataset, n.series, k.verdict,"
    "  row_number() OVER same AS place, count(*) OVER same_all - 1 AS others"
    " FROM names n JOIN checks k USING (case_number) JOIN cases c ON c.number = n.case_number"
    " WHERE c.status = 'ok' AND k.verdict <> 'unverified' AND EXISTS"
    "  (SELECT * FROM predictions p WHERE p.case_number = n.case_number AND p.predicted IS NOT NULL)"
    " WINDOW same_all AS (PARTITION BY n.training, k.verdict), same AS (same_all ORDER BY n.case_number))"
    " WHERE place = 1 OR verdict = 'wrong';"
    "CREATE INDEX temp.answering_by_dataset ON answering (model, dataset);"
    "CREATE TEMP VIEW answers AS SELECT case_number, model, dataset, row, output, actual, predicted,"
    "  series || CASE WHEN verdict = 'wrong' THEN ' (wrong)'"
    "   WHEN others > 0 THEN ' and ' || others || ' more verified' ELSE '' END AS series"
    " FROM answering JOIN predictions USING (case_number);";

enum ib_status ib_chart_cases(sqlite3 *db, const struct ib_run_record *run)
{
    IB_TRY(make_cases(db));
    IB_TRY(execute(db, "BEGIN"));
    IB_TRY(copy_cases(db, run));
    IB_TRY(execute(db, answers));
    return execute(db, "COMMIT");
}
