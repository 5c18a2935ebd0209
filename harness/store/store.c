#include "store/store.h"

#include "base/error.h"
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
    [ADD_RUN] = "INSERT INTO run (id, name, started, config_text, config_sha256, version, machine,"
                " baseline, selection) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [FINISH_RUN] = "UPDATE run SET finished = ?",
    [ADD_CASE] =
        "INSERT INTO cases (id, model, task, dataset, dataset_sha256, rows, test_rows, cols, impl,"
        " options, label, libraries, simulated, residency, dtype, hidden, act, loss, init, lr, epochs,"
        " seed, log_every, algorithm)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [FIND_CASE] = "SELECT number FROM cases WHERE id = ?",
    [WORSEN_STATUS] = "UPDATE cases SET status = ?2, reason = ?3, severity = ?4"
                      " WHERE number = ?1 AND severity < ?4",
    [PUT_CHECK] = "INSERT INTO checks VALUES"
                  " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [PUT_METRIC] = "INSERT INTO metrics VALUES (?, ?, ?)",
    [PUT_LOSS] = "INSERT INTO curve VALUES (?, ?, ?, ?)",
    [PUT_PREDICTION] = "INSERT INTO predictions VALUES (?, ?, ?, ?, ?)",
    [PUT_FINAL] = "INSERT INTO finals VALUES (?, ?, ?)",
    [PUT_TRACER] =
        "INSERT INTO tracers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [PUT_TRACER_KERNEL] = "INSERT INTO tracer_kernels VALUES (?, ?, ?)",
    [PUT_PROFILE] = "INSERT INTO profiles VALUES (?, ?, ?, ?, ?)",
    [PUT_PROFILE_OPERATION] = "INSERT INTO profile_operations VALUES (?, ?, ?, ?, ?, ?)",
    [PUT_PROFILE_COPY] = "INSERT INTO profile_copies VALUES (?, ?, ?, ?, ?)",
    [PUT_ROUND] = "INSERT INTO rounds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [UPDATE_TIMES] = "INSERT OR REPLACE INTO epoch_times"
                     " SELECT case_number, count(*), median(epoch_ns), min(epoch_ns), median_low(epoch_ns),"
                     " median_high(epoch_ns) FROM rounds"
                     " WHERE case_number = ?1 AND epoch_ns IS NOT NULL"
                     " AND coalesce(disturbed, 0) = (SELECT min(coalesce(disturbed, 0)) FROM rounds"
                     " WHERE case_number = ?1 AND epoch_ns IS NOT NULL) GROUP BY case_number",
    [PUT_WHOLE] = "INSERT OR REPLACE INTO whole_processes VALUES (?, ?, ?)",
    [PUT_WHOLE_RUN] = "INSERT INTO process_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [PUT_STOP] = "INSERT INTO stops VALUES (?, ?, ?, ?, ?, ?)",
    [PUT_STOP_TIME] = "INSERT INTO stop_times VALUES (?, ?, ?, ?, ?, ?)",
    [DROP_TRANSFERS] = "DELETE FROM transfers WHERE case_number = ? AND pass = ?",
    [DROP_CALLS] = "DELETE FROM calls WHERE case_number = ? AND pass = ?",
    [PUT_TRANSFER] = "INSERT INTO transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [PUT_CALLS] = "INSERT INTO calls VALUES (?, ?, ?, ?, ?)",
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

static enum ib_status add_run(struct ib_store *store, const struct ib_config *config, const json_t *machine)
{
    char id[64], started[32];
    uint32_t random;
    utc_now("%Y-%m-%dT%H:%M:%SZ", started, sizeof started);
    utc_now("%Y%m%dT%H%M%SZ", id, sizeof id);
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return ib_fail_errno(NULL, "no random number for the run's id");
    snprintf(id + strlen(id), sizeof id - strlen(id), "-%08x", (unsigned)random);
    char *described = json_dumps(machine, JSON_COMPACT);
    if (!described)
        return ib_fail(IB_ENOMEM, NULL, "the machine's description cannot be written");
    enum ib_status status = RUN(store, ADD_RUN, text(id), text(config->name), text(started),
                                text(config->text), text(config->sha256), text(IB_VERSION), text(described),
                                text(config->baseline), text(config->selection_text));
    free(described);
    return status;
}

static enum ib_status prepare(struct ib_store *store)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        IB_TRY(ib_db_prepare(store->db, statements[i], &store->prepared[i]));
    return IB_OK;
}

/* Under WAL, NORMAL never corrupts and syncs only at checkpoints: a power cut may cost the last rounds. */
#define CONNECTION_PRAGMAS                                                                                   \
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16384;"

static enum ib_status fill(struct ib_store *store, const struct ib_config *config, const json_t *machine)
{
    if (sqlite3_exec(store->db, CONNECTION_PRAGMAS "BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(store->db, ib_schema_sql, NULL, NULL, NULL) != SQLITE_OK)
        return ib_db_fail(store->db);
    IB_TRY(prepare(store));
    return ib_store_end(store, add_run(store, config, machine));
}

static enum ib_status connect_file(const char *path, struct ib_store **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return ib_fail(IB_ENOMEM, NULL, "no memory for the run's store");
    return ib_db_open(path, SQLITE_OPEN_READWRITE, &(*out)->db);
}

enum ib_status ib_store_create(const char *dir, const struct ib_config *config, const json_t *machine,
                               struct ib_store **out)
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
    sqlite3_close(store->db);
    free(store);
}

enum ib_status ib_store_finish(struct ib_store *store)
{
    char finished[32];
    utc_now("%Y-%m-%dT%H:%M:%SZ", finished, sizeof finished);
    IB_TRY(RUN(store, FINISH_RUN, text(finished)));
    /* A finished run is one plain file, readable from read-only media. A reader beside us prevents that,
     * harmlessly. */
    sqlite3_exec(store->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    return IB_OK;
}

/* ---- cases ---- */

static char *dump(json_t *value)
{
    char *out = json_dumps(value, JSON_COMPACT);
    json_decref(value);
    return out;
}

static char *options_json(const struct ib_configured_impl *impl)
{
    json_t *options = json_object();
    for (size_t i = 0; i < impl->n_settings; i++)
        json_object_set_new(options, impl->settings[i].name, json_string(impl->settings[i].value));
    return dump(options);
}

static char *hidden_json(const struct ib_case *c)
{
    json_t *sizes = json_array();
    for (uint32_t l = 1; l < c->spec.net.n_layers; l++)
        json_array_append_new(sizes, json_integer((json_int_t)c->spec.net.width[l]));
    return dump(sizes);
}

static enum ib_status add_case(struct ib_store *store, const struct ib_case *c)
{
    const struct ib_dataset *d = c->dataset;
    const struct ib_impl_info *impl = c->impl->info;
    const bool layered = c->model->layered;
    char *options = options_json(c->impl), *hidden = hidden_json(c);
    enum ib_status status =
        RUN(store, ADD_CASE, text(c->id), text(c->model->name), word(ib_task_words, (int)d->task),
            text(d->name), text(d->sha256), integer(d->rows), integer(d->test_rows), integer(d->cols),
            text(impl->name), text(options), text(c->impl->label), phrase(impl->libraries),
            integer((impl->flags & IB_SIMULATED) != 0), word(ib_residency_words, (int)c->residency),
            word(ib_dtype_words, (int)c->spec.dtype), present(layered, text(hidden)),
            present(c->spec.net.n_layers > 1, word(ib_act_words, (int)c->spec.net.act)),
            word(ib_loss_words, (int)c->spec.net.loss), present(layered, word(ib_init_words, (int)c->init)),
            real(c->spec.lr), integer(c->epochs), present(layered, integer(c->seed)), integer(c->log_every),
            text(impl->algorithm));
    free(options);
    free(hidden);
    return status;
}

enum ib_status ib_store_add_cases(struct ib_store *store, const struct ib_case *cases, size_t n)
{
    IB_TRY(ib_store_begin(store));
    enum ib_status status = IB_OK;
    for (size_t i = 0; status == IB_OK && i < n; i++)
        status = add_case(store, &cases[i]);
    return ib_store_end(store, status);
}

enum ib_status ib_store_find(struct ib_store *store, const struct ib_case *c, uint64_t *number)
{
    sqlite3_stmt *find = store->prepared[FIND_CASE];
    bool found;
    IB_TRY(ib_db_bind(find, IB_DB_VALUES(text(c->id))));
    IB_TRY(ib_db_next(find, &found));
    *number = (uint64_t)sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    return found ? IB_OK : ib_fail(IB_EINTERNAL, c->id, "this case was not added to the store");
}

enum ib_status ib_store_worsen(struct ib_store *store, uint64_t number, enum ib_case_status status,
                               const char *reason)
{
    return RUN(store, WORSEN_STATUS, integer(number), word(ib_case_status_words, (int)status), phrase(reason),
               integer((uint64_t)status));
}

enum ib_status ib_store_put_status(struct ib_store *store, const struct ib_case *c,
                                   enum ib_case_status status, const char *reason)
{
    uint64_t number;
    IB_TRY(ib_store_find(store, c, &number));
    return ib_store_worsen(store, number, status, reason);
}
