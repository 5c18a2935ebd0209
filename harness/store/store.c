#include "store/store.h"

#include "base/error.h"
#include "store/load_run.h"
#include "store/run_folder.h"
#include "store/schema.h"
#include "store/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static const char *const statements[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [SET_STATUS] = "UPDATE cases SET status = ?2, reason = ?3 WHERE number = ?1",
    [PUT_METRIC] = "INSERT INTO metrics (case_number, name, value) VALUES (?, ?, ?)",
    [PUT_LOSS] = "INSERT INTO curve (case_number, epoch, loss, seconds) VALUES (?, ?, ?, ?)",
    [PUT_PREDICTION] =
        "INSERT INTO predictions (case_number, row, output, actual, predicted) VALUES (?, ?, ?, ?, ?)",
    [PUT_FINAL] = "INSERT INTO finals (case_number, params, predictions) VALUES (?, ?, ?)",
    [PUT_TIMES] =
        "INSERT OR REPLACE INTO epoch_times (case_number, n, median_ns, min_ns, ci_low_ns, ci_high_ns)"
        " VALUES (?, ?, ?, ?, ?, ?)",
    [PUT_PROCESS] = "INSERT OR REPLACE INTO whole_processes (case_number, source, reason) VALUES (?, ?, ?)",
    [DROP_TRANSFERS] = "DELETE FROM transfers WHERE case_number = ? AND pass = ?",
    [DROP_CALLS] = "DELETE FROM calls WHERE case_number = ? AND pass = ?",
};

const struct ib_columns *const ib_written_tables[TABLE_COUNT] = {
    [CHECKS] = &ib_check_columns,
    [ROUNDS] = &ib_round_columns,
    [PROCESS_RUNS] = &ib_process_run_columns,
    [STOPS] = &ib_stop_columns,
    [STOP_TIMES] = &ib_stop_time_columns,
    [TRANSFERS] = &ib_copy_columns,
    [CALLS] = &ib_calls_columns,
    [TRACERS] = &ib_tracer_columns,
    [KERNELS] = &ib_kernel_columns,
    [PROFILES] = &ib_profile_columns,
    [OPERATIONS] = &ib_operation_columns,
    [COPY_TIMES] = &ib_copy_time_columns,
};

enum ib_status ib_store_begin(struct ib_store *store)
{
    return ib_db_run(store->prepared[BEGIN], NULL, 0);
}

enum ib_status ib_store_end(struct ib_store *store, enum ib_status status)
{
    if (status == IB_OK)
        status = ib_db_run(store->prepared[COMMIT], NULL, 0);
    if (status != IB_OK && !sqlite3_get_autocommit(store->db)) {
        sqlite3_step(store->prepared[ROLLBACK]); /* its own failure would hide the first one */
        sqlite3_reset(store->prepared[ROLLBACK]);
    }
    return status;
}

/* ---- a run ---- */

static void utc_now(const char *format, char *out, size_t n)
{
    time_t now = time(NULL);
    struct tm utc;
    strftime(out, n, format, gmtime_r(&now, &utc));
}

/* "20260131T235959Z-0123abcd" */
static enum ib_status new_id(char *id, size_t n)
{
    uint32_t random;
    utc_now("%Y%m%dT%H%M%SZ", id, n);
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return ib_fail_errno(NULL, "no random number for the run's id");
    snprintf(id + strlen(id), n - strlen(id), "-%08x", (unsigned)random);
    return IB_OK;
}

/* As JSON, to be freed. */
static char *machine_text(const struct ib_machine *machine)
{
    json_t *json = ib_machine_to_json(machine);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

static enum ib_status add_run(struct ib_store *store, const struct ib_config *config,
                              const struct ib_machine *machine)
{
    char id[64], started[32];
    sqlite3_stmt *insert;
    utc_now("%Y-%m-%dT%H:%M:%SZ", started, sizeof started);
    IB_TRY(new_id(id, sizeof id));
    IB_TRY(ib_db_prepare(store->db,
                         "INSERT INTO run (id, name, started, config_text, config_sha256, version, machine,"
                         " reference, selection) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         &insert));
    char *described = machine_text(machine);
    enum ib_status status =
        ib_db_run(insert, IB_DB_VALUES(ib_db_text(id), ib_db_text(config->name), ib_db_text(started),
                                       ib_db_text(config->text), ib_db_text(config->sha256),
                                       ib_db_text(IB_VERSION), ib_db_text(described),
                                       ib_db_text(config->baseline), ib_db_text(config->selection_text)));
    sqlite3_finalize(insert);
    free(described);
    return status;
}

static enum ib_status prepare(struct ib_store *store)
{
    struct ib_arena arena = {0};
    enum ib_status status = IB_OK;
    for (int i = 0; i < STATEMENT_COUNT && status == IB_OK; i++)
        status = ib_db_prepare(store->db, statements[i], &store->prepared[i]);
    for (int i = 0; i < TABLE_COUNT && status == IB_OK; i++)
        status = ib_db_prepare(store->db, ib_columns_insert(&arena, ib_written_tables[i]), &store->insert[i]);
    ib_arena_free(&arena);
    return status;
}

/* Under WAL, NORMAL never corrupts and syncs only at checkpoints: a power cut may cost the last rounds. */
#define CONNECTION_PRAGMAS                                                                                   \
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16384;"

/* The tables, and in that of the cases a column for each axis. */
static enum ib_status make_tables(sqlite3 *db)
{
    if (sqlite3_exec(db, CONNECTION_PRAGMAS "BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(db, ib_schema_sql, NULL, NULL, NULL) != SQLITE_OK)
        return ib_db_fail(db);
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        char *sql = sqlite3_mprintf("ALTER TABLE cases ADD COLUMN %s %s", ib_axis_rules[k].name,
                                    ib_axis_column((enum ib_axis_kind)k).sql_type);
        int rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
        sqlite3_free(sql);
        if (rc != SQLITE_OK)
            return ib_db_fail(db);
    }
    return IB_OK;
}

static enum ib_status fill(struct ib_store *store, const struct ib_config *config,
                           const struct ib_machine *machine)
{
    IB_TRY(make_tables(store->db));
    IB_TRY(prepare(store));
    IB_TRY(ib_store_end(store, add_run(store, config, machine)));
    return ib_load_run_of(store->db, &store->record);
}

static enum ib_status connect_file(const char *path, struct ib_store **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return ib_fail(IB_ENOMEM, NULL, "no memory for the run's store");
    return ib_db_open(path, SQLITE_OPEN_READWRITE, &(*out)->db);
}

enum ib_status ib_store_create(const char *dir, const struct ib_config *config,
                               const struct ib_machine *machine, struct ib_store **out)
{
    char path[PATH_MAX];
    struct ib_store *store = NULL;
    IB_TRY(ib_run_folder_claim(dir, path));
    enum ib_status status = connect_file(path, &store);
    if (status == IB_OK)
        status = fill(store, config, machine);
    if (status == IB_OK) {
        *out = store;
    } else {
        ib_store_close(store);
        unlink(path);
    }
    return status;
}

enum ib_status ib_store_open(const char *dir, struct ib_store **out)
{
    char path[PATH_MAX];
    struct ib_store *store = NULL;
    IB_TRY(ib_run_folder_path(dir, path));
    enum ib_status status = connect_file(path, &store);
    if (status == IB_OK && sqlite3_exec(store->db, CONNECTION_PRAGMAS, NULL, NULL, NULL) != SQLITE_OK)
        status = ib_db_fail(store->db);
    if (status == IB_OK)
        status = prepare(store);
    if (status == IB_OK)
        status = ib_load_run_of(store->db, &store->record);
    if (status == IB_OK)
        *out = store;
    else
        ib_store_close(store);
    return status;
}

void ib_store_close(struct ib_store *store)
{
    if (!store)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->prepared[i]);
    for (int i = 0; i < TABLE_COUNT; i++)
        sqlite3_finalize(store->insert[i]);
    sqlite3_close(store->db);
    ib_run_record_free(&store->record);
    free(store->by_id);
    free(store);
}

enum ib_status ib_store_finish(struct ib_store *store)
{
    char finished[32];
    sqlite3_stmt *update;
    utc_now("%Y-%m-%dT%H:%M:%SZ", finished, sizeof finished);
    IB_TRY(ib_db_prepare(store->db, "UPDATE run SET finished = ?", &update));
    enum ib_status status = ib_db_run(update, IB_DB_VALUES(ib_db_text(finished)));
    sqlite3_finalize(update);
    IB_TRY(status);
    store->record.finished = ib_arena_copy(&store->record.arena, finished);
    /* A finished run is one plain file, readable from read-only media. A reader beside us prevents that,
     * harmlessly. */
    sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    return IB_OK;
}

const struct ib_run_record *ib_store_record(struct ib_store *store)
{
    ib_run_record_derive(&store->record);
    return &store->record;
}

/* ---- cases ---- */

static int by_id(const void *left, const void *right)
{
    const struct ib_case_record *const *a = left, *const *b = right;
    return strcmp((*a)->id, (*b)->id);
}

static enum ib_status index_cases(struct ib_store *store)
{
    const struct ib_run_record *r = &store->record;
    store->by_id = malloc((r->n + 1) * sizeof(struct ib_case_record *));
    if (!store->by_id)
        return ib_fail(IB_ENOMEM, NULL, "no memory for the cases of the run");
    for (size_t i = 0; i < r->n; i++)
        store->by_id[i] = &r->cases[i];
    qsort(store->by_id, r->n, sizeof *store->by_id, by_id);
    return IB_OK;
}

enum ib_status ib_store_find(struct ib_store *store, const struct ib_case *c, struct ib_case_record **out)
{
    if (!store->by_id)
        IB_TRY(index_cases(store));
    const struct ib_case_record key = {.id = c->id}, *wanted = &key;
    const struct ib_case_record **found =
        bsearch(&wanted, store->by_id, store->record.n, sizeof *store->by_id, by_id);
    if (!found)
        return ib_fail(IB_EINTERNAL, c->id, "this case was not added to the store");
    *out = &store->record.cases[(*found)->number - 1];
    return IB_OK;
}

enum ib_status ib_store_worsen(struct ib_store *store, struct ib_case_record *c, enum ib_case_status status,
                               const char *reason)
{
    if (status <= c->status)
        return IB_OK;
    c->status = status;
    c->reason = reason && reason[0] ? ib_arena_copy(&store->record.arena, reason) : NULL;
    return RUN(store, SET_STATUS, ib_db_integer(c->number),
               ib_db_text(ib_word_of(ib_case_status_words, (int)status)), ib_db_text(c->reason));
}

enum ib_status ib_store_put_status(struct ib_store *store, const struct ib_case *c,
                                   enum ib_case_status status, const char *reason)
{
    struct ib_case_record *record;
    IB_TRY(ib_store_find(store, c, &record));
    return ib_store_worsen(store, record, status, reason);
}
