#include "store/load_run.h"

#include "base/error.h"
#include "metrics/metric.h"
#include "store/run_folder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The record follows the columns of these queries: "a.b:type" becomes field b of object a. Types: `bool` of 0
 * and 1, `json` of JSON text, which also makes the empty containers that are filled afterwards. */
static const char run_query[] =
    "SELECT id, name, started, finished, config_sha256, version, machine AS 'machine:json',"
    " baseline, selection AS 'selection:json' FROM run";

static const char case_query[] =
    "SELECT c.number, c.id, c.model, c.task, c.dataset, c.dataset_sha256, c.rows, c.test_rows, c.cols, "
    "c.impl,"
    " c.options AS 'options:json', c.label, c.libraries, c.simulated AS 'simulated:bool', c.residency, "
    "c.dtype,"
    " c.hidden AS 'hidden:json', c.act, c.loss, c.init, c.lr, c.epochs, c.seed, c.log_every, c.algorithm,"
    " k.path,"
    " n.problem, n.who AS name, n.series,"
    " c.status, iif(c.status IS NULL, 'the run ended before this case', c.reason) AS reason,"
    " EXISTS (SELECT * FROM ranked WHERE case_number = c.number) AS 'ranked:bool',"
    " e.median_ns AS 'time.epoch_ns.median', e.min_ns AS 'time.epoch_ns.min',"
    " e.ci_low_ns AS 'time.epoch_ns.ci_low', e.ci_high_ns AS 'time.epoch_ns.ci_high',"
    " coalesce(e.n, 0) AS 'time.epoch_ns.n', '[]' AS 'time.epoch_ns.samples:json',"
    " '[]' AS 'time.epoch_ns.rounds:json', '[]' AS 'time.epoch_ns.cpu:json', '[]' AS"
    " 'time.epoch_ns.slices:json', '[]' AS 'time.epoch_ns.disturbed:json', '[]' AS "
    "'time.epoch_ns.clock_mhz:json',"
    " '[]' AS 'time.epoch_ns.slowed:json',"
    " p.load AS 'time.phases_ns.load', p.setup AS 'time.phases_ns.setup', p.train AS 'time.phases_ns.train',"
    " p.readback AS 'time.phases_ns.readback', p.predict AS 'time.phases_ns.predict',"
    " '{}' AS 'metrics:json',"
    " t.h2d_count AS 'transfers.h2d_count', t.h2d_bytes AS 'transfers.h2d_bytes',"
    " t.d2h_count AS 'transfers.d2h_count', t.d2h_bytes AS 'transfers.d2h_bytes',"
    " t.launches AS 'transfers.launches', t.syncs AS 'transfers.syncs',"
    " (SELECT min(as_expected) FROM (SELECT k.as_expected UNION ALL SELECT r.as_expected FROM rounds r"
    "  WHERE r.case_number = c.number)) AS 'transfers.as_expected:bool',"
    " '{}' AS 'curve:json', '[]' AS 'stops:json', '{}' AS 'transfers.tracer:json',"
    " '{}' AS 'transfers.phases:json', '[]' AS 'transfers.copies:json',"
    " iif(s.case_number IS NULL, NULL, json_object('transfer', s.transfer_ns, 'sync', s.sync_ns,"
    "  'compute', s.compute_ns, 'launch', s.launch_ns)) AS 'time.breakdown_ns:json',"
    " iif(f.epochs IS NULL, NULL, json_object('epochs', f.epochs, 'clock', f.clock, 'sync_ns', f.sync_ns,"
    "  'operations', json('[]'), 'copies', json('[]'))) AS 'profile:json', f.reason AS profile_reason,"
    " iif(EXISTS (SELECT * FROM process_runs r WHERE r.case_number = c.number), '{}', NULL)"
    "  AS 'whole_process:json', wp.reason AS whole_process_reason,"
    " coalesce(k.verdict, 'unverified') AS 'verify.verdict', k.verdict_reason AS 'verify.reason',"
    " k.reference AS 'verify.reference', k.loss_error AS 'verify.loss_error',"
    " k.params_error AS 'verify.params_error', k.prediction_error AS 'verify.prediction_error',"
    " k.first_divergent_epoch AS 'verify.first_divergent_epoch', k.convergence, NULL AS 'limit',"
    " coalesce((SELECT r.stderr FROM rounds r WHERE r.case_number = c.number AND r.status <> 'ok' ORDER BY "
    "r.round),"
    "  k.stderr) AS stderr"
    " FROM cases c JOIN names n ON n.case_number = c.number"
    " LEFT JOIN checks k ON k.case_number = c.number"
    " LEFT JOIN profiles f ON f.case_number = c.number"
    " LEFT JOIN breakdowns s ON s.case_number = c.number"
    " LEFT JOIN whole_processes wp ON wp.case_number = c.number"
    " LEFT JOIN epoch_times e ON e.case_number = c.number"
    " LEFT JOIN (SELECT case_number, median(load_ns) AS load, median(setup_ns) AS setup, median(train_ns) AS "
    "train,"
    "  median(readback_ns) AS readback, median(predict_ns) AS predict"
    "  FROM rounds WHERE status = 'ok' GROUP BY case_number) p ON p.case_number = c.number"
    " LEFT JOIN (SELECT case_number, sum(h2d_count) AS h2d_count, sum(h2d_bytes) AS h2d_bytes,"
    "  sum(d2h_count) AS d2h_count, sum(d2h_bytes) AS d2h_bytes, sum(launch_count) AS launches,"
    "  sum(sync_count) AS syncs FROM phase_transfers WHERE pass = 'timed'"
    "  GROUP BY case_number) t ON t.case_number = c.number"
    " ORDER BY c.number";

/* A worker's last words may be cut within a character, or be no text at all. */
static json_t *text_value(const char *text)
{
    json_t *value = json_string(text);
    if (value)
        return value;
    char *ascii = strdup(text);
    for (char *at = ascii; at && *at; at++)
        *at = (unsigned char)*at < 0x80 ? *at : '?';
    value = json_string(ascii);
    free(ascii);
    return value;
}

static json_t *column_value(sqlite3_stmt *row, int column)
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(row, column));
    case SQLITE_FLOAT: {
        double value = sqlite3_column_double(row, column);
        return isfinite(value) ? json_real(value) : json_null(); /* JSON has no infinities */
    }
    case SQLITE_TEXT:
        return text_value((const char *)sqlite3_column_text(row, column));
    default:
        return json_null();
    }
}

static json_t *typed_value(sqlite3_stmt *row, int column, const char *type)
{
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return json_null();
    if (strcmp(type, "bool") == 0)
        return json_boolean(sqlite3_column_int(row, column));
    if (strcmp(type, "json") == 0)
        return json_loads((const char *)sqlite3_column_text(row, column), JSON_DECODE_ANY, NULL);
    return column_value(row, column);
}

/* The object that holds the last part of a dotted name of `length` characters, made where it is missing. */
static json_t *holder(json_t *object, const char **name, size_t *length)
{
    for (const char *dot; (dot = memchr(*name, '.', *length));) {
        size_t part = (size_t)(dot - *name);
        json_t *inner = json_object_getn(object, *name, part);
        if (!inner) {
            inner = json_object();
            json_object_setn_new(object, *name, part, inner);
        }
        object = inner;
        *name += part + 1;
        *length -= part + 1;
    }
    return object;
}

/* A row as an object, its columns from `first` on. */
static json_t *row_object(sqlite3_stmt *row, int first)
{
    json_t *object = json_object();
    for (int i = first; i < sqlite3_column_count(row); i++) {
        const char *name = sqlite3_column_name(row, i), *colon = strchr(name, ':');
        size_t length = colon ? (size_t)(colon - name) : strlen(name);
        json_t *value = typed_value(row, i, colon ? colon + 1 : "");
        json_t *into = holder(object, &name, &length);
        json_object_setn_new(into, name, length, value ? value : json_null());
    }
    return object;
}

/* Each column of a sample is added to the array of its name. */
static void add_sample(sqlite3_stmt *row, json_t *time)
{
    json_t *sample = row_object(row, 0), *value;
    const char *name;
    json_object_foreach (sample, name, value)
        json_array_append(json_object_get(time, name), value);
    json_decref(sample);
}

/* The same, of arrays that are made by the first row: which columns a curve has depends on the run. */
static void add_point(sqlite3_stmt *row, json_t *curve)
{
    json_t *point = row_object(row, 0), *value;
    const char *name;
    json_object_del(point, "case_number");
    json_object_foreach (point, name, value) {
        if (!json_object_get(curve, name))
            json_object_set_new(curve, name, json_array());
        json_array_append(json_object_get(curve, name), value);
    }
    json_decref(point);
}

static void add_members(sqlite3_stmt *row, json_t *object)
{
    json_t *members = row_object(row, 0);
    json_object_update(object, members);
    json_decref(members);
}

static void add_metric(sqlite3_stmt *row, json_t *metrics)
{
    json_object_set_new(metrics, (const char *)sqlite3_column_text(row, 0), column_value(row, 1));
}

static void add_phase(sqlite3_stmt *row, json_t *phases)
{
    json_object_set_new(phases, (const char *)sqlite3_column_text(row, 0), row_object(row, 1));
}

static void add_object(sqlite3_stmt *row, json_t *objects)
{
    json_array_append_new(objects, row_object(row, 0));
}

/* What has several rows a case: each is added to the container that the case's own query made. */
static const struct detail {
    const char *sql; /* its parameter is the case's number */
    const char *into;
    void (*add)(sqlite3_stmt *row, json_t *into);
} details[] = {
    {"SELECT epoch_ns AS samples, round AS rounds, cpu_epoch_ns AS cpu, slices AS 'slices:json', clock_mhz, "
     "slowed, "
     "disturbed AS 'disturbed:bool'"
     " FROM rounds WHERE case_number = ? AND epoch_ns IS NOT NULL ORDER BY round",
     "time.epoch_ns", add_sample},
    {"SELECT * FROM curve WHERE case_number = ? ORDER BY epoch", "curve", add_point},
    {"SELECT source, n AS runs, median(r.wall_ns / 1e9) AS 'wall_s.median', min(r.wall_ns / 1e9) AS "
     "'wall_s.min',"
     " max(r.wall_ns / 1e9) AS 'wall_s.max', avg(r.wall_ns / 1e9) AS 'wall_s.mean',"
     " deviation(r.wall_ns / 1e9) AS 'wall_s.stddev', '[]' AS 'wall_s.samples:json',"
     " median(user_ns / 1e9) AS user_s, median(system_ns / 1e9) AS system_s,"
     " m.startup_ns AS 'inside_ns.startup', m.load_ns AS 'inside_ns.load', m.setup_ns AS 'inside_ns.setup',"
     " m.train_ns AS 'inside_ns.train', m.readback_ns AS 'inside_ns.readback',"
     " m.predict_ns AS 'inside_ns.predict', m.rest_ns AS 'inside_ns.rest', residual_ns,"
     " residual_ns / m.wall_ns AS residual_fraction"
     " FROM whole_medians m JOIN whole_processes USING (case_number) JOIN process_runs r USING (case_number)"
     " WHERE m.case_number = ? GROUP BY m.case_number",
     "whole_process", add_members},
    {"SELECT wall_ns / 1e9 AS samples FROM process_runs WHERE case_number = ? ORDER BY run",
     "whole_process.wall_s", add_sample},
    /* A round without a time counts as longer than all others. */
    {"SELECT s.target, s.loss, s.epochs, s.trainings, count(t.round) AS rounds, count(t.train_ns) AS reached,"
     " median(coalesce(t.train_ns, iif(t.round IS NULL, NULL, 9e999))) AS median_ns,"
     " median_low(coalesce(t.train_ns, iif(t.round IS NULL, NULL, 9e999))) AS ci_low_ns,"
     " median_high(coalesce(t.train_ns, iif(t.round IS NULL, NULL, 9e999))) AS ci_high_ns,"
     " coalesce(s.reason, 'in ' || nullif(count(t.reason), 0) || ' of ' || count(t.round) || ' rounds: '"
     "  || max(t.reason)) AS reason"
     " FROM stops s LEFT JOIN stop_times t USING (case_number, target)"
     " WHERE s.case_number = ? GROUP BY s.case_number, s.target ORDER BY s.target",
     "stops", add_object},
    {"SELECT name, value FROM metrics WHERE case_number = ?", "metrics", add_metric},
    {"SELECT phase, h2d_count, h2d_bytes, d2h_count, d2h_bytes, launch_count AS launches, sync_count AS syncs"
     " FROM phase_transfers WHERE case_number = ? AND pass = 'timed'"
     " ORDER BY instr('setup train readback predict', phase)",
     "transfers.phases", add_phase},
    {"SELECT phase, op, tensor, h2d_count, h2d_bytes, d2h_count, d2h_bytes FROM transfers"
     " WHERE case_number = ? AND pass = 'timed'"
     " ORDER BY instr('setup train readback predict', phase), h2d_bytes + d2h_bytes DESC, op, tensor",
     "transfers.copies", add_object},
    {"SELECT w.source, w.agrees AS 'agrees:bool', w.reason,"
     " w.h2d_count, w.h2d_bytes, w.d2h_count, w.d2h_bytes, w.launch_count AS launches, w.sync_count AS "
     "syncs, w.d2d_count, w.d2d_bytes, w.memset_count,"
     " w.memset_bytes, w.pageable_count, w.pageable_bytes, w.pinned_count, w.pinned_bytes,"
     " w.opened_h2d_count, w.opened_h2d_bytes, w.opened_d2h_count, w.opened_d2h_bytes,"
     " iif(EXISTS (SELECT * FROM tracer_kernels k WHERE k.case_number = c.number), '[]', NULL)"
     "  AS 'kernels:json'"
     " FROM cases c LEFT JOIN tracers w ON w.case_number = c.number WHERE c.number = ?",
     "transfers.tracer", add_members},
    {"SELECT name, count FROM tracer_kernels WHERE case_number = ? ORDER BY count DESC, name",
     "transfers.tracer.kernels", add_object},
    {"SELECT op, calls, launch_ns, wait_ns, compute_ns FROM profile_operations WHERE case_number = ?"
     " ORDER BY launch_ns + wait_ns DESC",
     "profile.operations", add_object},
    {"SELECT op, tensor, h2d_ns, d2h_ns FROM profile_copies WHERE case_number = ?"
     " ORDER BY h2d_ns + d2h_ns DESC",
     "profile.copies", add_object},
};
enum { DETAIL_COUNT = sizeof details / sizeof *details };

struct queries {
    sqlite3_stmt *cases, *details[DETAIL_COUNT];
};

static enum ib_status add_detail(const struct detail *detail, sqlite3_stmt *query, uint64_t number, json_t *c)
{
    const char *name = detail->into;
    size_t length = strlen(name);
    json_t *into = holder(c, &name, &length);
    into = json_object_getn(into, name, length);
    bool row;
    IB_TRY(ib_db_bind(query, IB_DB_VALUES(ib_db_integer(number))));
    for (;;) {
        IB_TRY(ib_db_next(query, &row));
        if (!row)
            return IB_OK;
        detail->add(query, into);
    }
}

static enum ib_status add_case(const struct queries *q, json_t *cases)
{
    uint64_t number = (uint64_t)sqlite3_column_int64(q->cases, 0);
    json_t *c = row_object(q->cases, 1), *metrics = json_object_get(c, "metrics");
    json_array_append_new(cases, c);
    for (size_t i = 0; ib_metrics[i]; i++)
        json_object_set_new(metrics, ib_metrics[i]->name, json_null());
    for (int i = 0; i < DETAIL_COUNT; i++)
        IB_TRY(add_detail(&details[i], q->details[i], number, c));
    return IB_OK;
}

static enum ib_status prepare(sqlite3 *db, struct queries *q)
{
    IB_TRY(ib_db_prepare(db, case_query, &q->cases));
    for (int i = 0; i < DETAIL_COUNT; i++)
        IB_TRY(ib_db_prepare(db, details[i].sql, &q->details[i]));
    return IB_OK;
}

static enum ib_status load_cases(sqlite3 *db, json_t *record)
{
    struct queries q = {0};
    json_t *cases = json_array();
    bool row = false;
    json_object_set_new(record, "cases", cases);
    enum ib_status status = prepare(db, &q);
    while (status == IB_OK && (status = ib_db_next(q.cases, &row)) == IB_OK && row)
        status = add_case(&q, cases);
    sqlite3_finalize(q.cases);
    for (int i = 0; i < DETAIL_COUNT; i++)
        sqlite3_finalize(q.details[i]);
    return status;
}

static enum ib_status load_run(sqlite3 *db, json_t *record)
{
    sqlite3_stmt *run = NULL;
    bool row = false;
    enum ib_status status = ib_db_prepare(db, run_query, &run);
    if (status == IB_OK)
        status = ib_db_next(run, &row);
    if (row)
        json_object_set_new(record, "run", row_object(run, 0));
    else if (status == IB_OK)
        status = ib_fail(IB_EINVAL, sqlite3_db_filename(db, "main"), "this run was killed before it began");
    sqlite3_finalize(run);
    return status;
}

enum ib_status ib_load_run(const char *dir, json_t **out)
{
    sqlite3 *db;
    IB_TRY(ib_run_folder_open(dir, &db));
    json_t *record = json_pack("{s:i}", "schema", IB_RECORD_SCHEMA);
    enum ib_status status = load_run(db, record);
    if (status == IB_OK)
        status = load_cases(db, record);
    sqlite3_close(db);
    if (status == IB_OK)
        *out = record;
    else
        json_decref(record);
    return status;
}
