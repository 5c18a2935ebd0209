#include "store/store.h"

#include "base/error.h"
#include "base/random.h"
#include "store/missing.h"
#include "store/run_folder.h"
#include "store/schema.h"
#include "store/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const statements[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [SET_STATUS] = "UPDATE cases SET status = ?2, reason = ?3 WHERE number = ?1",
    [PUT_METRIC] = "INSERT INTO metrics (case_number, name, value) VALUES (?, ?, ?)",
    [PUT_PREDICTION] =
        "INSERT INTO predictions (case_number, row, output, actual, predicted) VALUES (?, ?, ?, ?, ?)",
    [PUT_EVENT] =
        "INSERT INTO profile_events (case_number, number, kind, op, tensor, begin_ns, launch_ns, wait_ns,"
        " compute_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [PUT_FINAL] = "INSERT INTO finals (case_number, params, predictions) VALUES (?, ?, ?)",
    [PUT_TIMES] =
        "INSERT OR REPLACE INTO epoch_times (case_number, n, median_ns, min_ns, ci_low_ns, ci_high_ns)"
        " VALUES (?, ?, ?, ?, ?, ?)",
    [PUT_PROCESS] = "INSERT OR REPLACE INTO whole_processes (case_number, source, reason) VALUES (?, ?, ?)",
    [DROP_COPIES] = "DELETE FROM transfers WHERE case_number = ? AND pass = ?",
    [DROP_CALLS] = "DELETE FROM calls WHERE case_number = ? AND pass = ?",
};

/* Under WAL, NORMAL never corrupts and syncs only at checkpoints: a power cut may cost the last rounds. */
#define CONNECTION_PRAGMAS                                                                                   \
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16384;"

/* ---- a new run ---- */

static void utc_now(const char *format, char *out, size_t n)
{
    time_t now = time(NULL);
    struct tm utc;
    strftime(out, n, format, gmtime_r(&now, &utc));
}

/* "20260131T235959Z-0123abcd". */
static void new_id(char *id, size_t n)
{
    utc_now("%Y%m%dT%H%M%SZ", id, n);
    snprintf(id + strlen(id), n - strlen(id), "-%08x", (unsigned)ib_random_u64());
}

static enum ib_status add_run(struct ib_store *store, const struct ib_config *config,
                              const struct ib_machine *machine)
{
    char id[64], started[32];
    utc_now("%Y-%m-%dT%H:%M:%SZ", started, sizeof started);
    new_id(id, sizeof id);
    json_t *json = ib_machine_to_json(machine);
    char *described = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    enum ib_status status = ib_db_run_once(
        store->db,
        "INSERT INTO run (id, name, started, config_text, config_sha256, version, machine, reference, "
        "selection)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        IB_DB_VALUES(ib_db_text(id), ib_db_text(config->name), ib_db_text(started), ib_db_text(config->text),
                     ib_db_text(config->sha256), ib_db_text(IB_VERSION), ib_db_text(described),
                     ib_db_text(config->baseline), ib_db_text(config->selection_text)));
    free(described);
    return status;
}

/* ---- opening and closing ---- */

static enum ib_status prepare(struct ib_store *store)
{
    struct ib_arena arena = {0};
    enum ib_status status = IB_OK;
    for (int i = 0; i < STATEMENT_COUNT && status == IB_OK; i++)
        status = ib_db_prepare(store->db, statements[i], &store->prepared[i]);
    for (int i = 0; i < IB_TABLE_COUNT && status == IB_OK; i++)
        status = ib_db_prepare(store->db, ib_insert_sql(&arena, &ib_db_tables[i]), &store->insert[i]);
    ib_arena_free(&arena);
    return status;
}

/* Makes the tables, in a transaction that stays open. */
static enum ib_status begin_tables(sqlite3 *db)
{
    return sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK ? ib_schema_apply(db) : ib_db_fail(db);
}

/* What was measured earlier, to be read when it is needed. run: see ib_store_open. */
static enum ib_status open_earlier(struct ib_store *store, struct ib_run_record *run)
{
    if (!run)
        IB_TRY(ib_load_run_of(store->db, IB_LOAD_CASES, &store->record));
    else {
        store->record = *run;
        *run = (struct ib_run_record){0};
    }
    store->pool = (struct ib_text_pool){.arena = &store->record.arena};
    store->known = calloc(store->record.n + 1, sizeof *store->known);
    return store->known ? ib_measurements_open(store->db, IB_LOAD_SAMPLES, &store->pool, &store->record,
                                               &store->earlier)
                        : ib_fail(IB_ENOMEM, NULL, "no memory for the run's store");
}

/* Opens the file; with a configuration, makes the run in it. */
static enum ib_status fill(struct ib_store *store, const char *path, const struct ib_config *config,
                           const struct ib_machine *machine, struct ib_run_record *run)
{
    IB_TRY(ib_db_open(path, SQLITE_OPEN_READWRITE, &store->db));
    IB_TRY(ib_db_be_patient(store->db, &store->waiting_since_ns));
    if (sqlite3_exec(store->db, CONNECTION_PRAGMAS, NULL, NULL, NULL) != SQLITE_OK)
        return ib_db_fail(store->db);
    IB_TRY(config ? begin_tables(store->db) : ib_add_missing(store->db));
    IB_TRY(prepare(store));
    if (!config)
        return open_earlier(store, run);
    IB_TRY(ib_store_end(store, add_run(store, config, machine)));
    return ib_load_run_of(store->db, IB_LOAD_CASES, &store->record);
}

static enum ib_status start(const char *path, const struct ib_config *config,
                            const struct ib_machine *machine, struct ib_run_record *run,
                            struct ib_store **out)
{
    struct ib_store *store = calloc(1, sizeof *store);
    if (!store)
        return ib_fail(IB_ENOMEM, NULL, "no memory for the run's store");
    enum ib_status status = fill(store, path, config, machine, run);
    if (status == IB_OK)
        *out = store;
    else
        ib_store_close(store);
    return status;
}

enum ib_status ib_store_create(const char *dir, const struct ib_config *config,
                               const struct ib_machine *machine, struct ib_store **out)
{
    char path[PATH_MAX];
    IB_TRY(ib_run_folder_claim(dir, path));
    enum ib_status status = start(path, config, machine, NULL, out);
    if (status != IB_OK)
        unlink(path);
    return status;
}

enum ib_status ib_store_open(const char *dir, struct ib_run_record *run, struct ib_store **out)
{
    char path[PATH_MAX];
    IB_TRY(ib_run_folder_path(dir, path));
    return start(path, NULL, NULL, run, out);
}

void ib_store_close(struct ib_store *store)
{
    if (!store)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->prepared[i]);
    for (int i = 0; i < IB_TABLE_COUNT; i++)
        sqlite3_finalize(store->insert[i]);
    ib_store_forget_earlier(store);
    sqlite3_close(store->db);
    ib_run_record_free(&store->record);
    free(store);
}

enum ib_status ib_store_finish(struct ib_store *store)
{
    char finished[32];
    utc_now("%Y-%m-%dT%H:%M:%SZ", finished, sizeof finished);
    IB_TRY(ib_db_check_place(store->db));
    IB_TRY(ib_db_run_once(store->db, "UPDATE run SET finished = ?", IB_DB_VALUES(ib_db_text(finished))));
    store->record.finished = ib_arena_copy(&store->record.arena, finished);
    store->record.parts[0].finished = store->record.finished;
    /* A finished run is one plain file, readable from read-only media. Another reader of the file prevents
     * that, which does no harm. */
    sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    return IB_OK;
}

const struct ib_run_record *ib_store_record(struct ib_store *store)
{
    ib_store_know_all(store);
    ib_run_record_derive(&store->record);
    return &store->record;
}

const struct ib_machine *ib_store_machine(const struct ib_store *store)
{
    return &store->record.machine;
}

enum ib_status ib_store_put_status(struct ib_store *store, const struct ib_case *c,
                                   enum ib_case_status status, const char *reason)
{
    struct ib_case_record *record;
    IB_TRY(ib_store_find(store, c, &record));
    return ib_store_worsen(store, record, status, reason);
}
