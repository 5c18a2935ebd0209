#include "store/resume.h"

#include "base/error.h"
#include "store/run_folder.h"
#include "store/writer.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* ---- which run ---- */

/* The configuration of the run in `dir`: its text, in the arena. */
static enum ib_status read_config(struct ib_arena *arena, sqlite3 *db, const char **text)
{
    sqlite3_stmt *query;
    bool row;
    IB_TRY(ib_db_prepare(db, "SELECT config_text FROM run", &query));
    enum ib_status status = ib_db_next(query, &row);
    if (status == IB_OK && row)
        *text = ib_arena_copy(arena, (const char *)sqlite3_column_text(query, 0));
    else if (status == IB_OK)
        status = ib_fail(IB_EINVAL, NULL, "the run says nothing of its configuration");
    sqlite3_finalize(query);
    return status;
}

static bool has_config(struct ib_arena *arena, const char *dir, const struct ib_config *config)
{
    sqlite3 *db;
    const char *text = NULL;
    if (ib_run_folder_open(dir, &db) != IB_OK)
        return false;
    bool same = read_config(arena, db, &text) == IB_OK && strcmp(text, config->text) == 0;
    sqlite3_close(db);
    return same;
}

enum ib_status ib_resume_find(struct ib_arena *arena, const char *runs, const struct ib_config *config,
                              const char **out)
{
    struct dirent **entries = NULL;
    int n = scandir(runs, &entries, NULL, alphasort); /* the names end with the time of their start */
    size_t length = strlen(config->name);
    *out = NULL;
    for (int i = n; i-- > 0;) {
        const char *name = entries[i]->d_name;
        bool ours = strncmp(name, config->name, length) == 0 && name[length] == '-';
        const char *dir = ib_arena_print(arena, "%s/%s", runs, name);
        if (!*out && ours && has_config(arena, dir, config))
            *out = dir;
        free(entries[i]);
    }
    free(entries);
    return *out ? IB_OK
                : ib_fail(IB_EINVAL, runs,
                          "no run of this configuration to resume; --out names one elsewhere");
}

/* ---- is it the same ---- */

static size_t line_length(const char *text)
{
    return strcspn(text, "\n");
}

/* Refuses with the first line in which two texts differ. */
static enum ib_status refuse_config(const char *dir, const struct ib_config *config, const char *was)
{
    const char *is = config->text;
    unsigned line = 1;
    while (*is && *was && line_length(is) == line_length(was) && strncmp(is, was, line_length(is)) == 0) {
        size_t length = line_length(is);
        is += length + (is[length] == '\n');
        was += length + (was[length] == '\n');
        line++;
    }
    return ib_fail(
        IB_EINVAL, dir,
        "cannot be resumed: the configuration has changed; %s:%u is now `%.*s`, the run has `%.*s`",
        config->path, line, (int)line_length(is), is, (int)line_length(was), was);
}

static enum ib_status check_config(struct ib_arena *arena, sqlite3 *db, const char *dir,
                                   const struct ib_config *config)
{
    const char *was;
    IB_TRY(read_config(arena, db, &was));
    return strcmp(was, config->text) == 0 ? IB_OK : refuse_config(dir, config, was);
}

static enum ib_status count_cases(sqlite3 *db, uint64_t *count)
{
    sqlite3_stmt *query;
    bool row;
    IB_TRY(ib_db_prepare(db, "SELECT count(*) FROM cases", &query));
    enum ib_status status = ib_db_next(query, &row);
    *count = (uint64_t)sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return status;
}

static enum ib_status check_cases(sqlite3 *db, const char *dir, const struct ib_case *cases, size_t n)
{
    sqlite3_stmt *find;
    uint64_t count;
    bool found = true;
    IB_TRY(count_cases(db, &count));
    if (count != n)
        return ib_fail(
            IB_EINVAL, dir,
            "cannot be resumed: the run has %llu cases, now there are %zu; were -s and -x the same?",
            (unsigned long long)count, n);
    IB_TRY(ib_db_prepare(db, "SELECT 1 FROM cases WHERE id = ?", &find));
    enum ib_status status = IB_OK;
    for (size_t i = 0; status == IB_OK && i < n; i++) {
        status = ib_db_bind(find, IB_DB_VALUES(ib_db_text(cases[i].id)));
        if (status == IB_OK)
            status = ib_db_next(find, &found);
        if (status == IB_OK && !found)
            status =
                ib_fail(IB_EINVAL, dir, "cannot be resumed: %s is not among its cases; has its data changed?",
                        cases[i].id);
    }
    sqlite3_finalize(find);
    return status;
}

enum ib_status ib_resume_check(const char *dir, const struct ib_config *config, const struct ib_case *cases,
                               size_t n, bool *empty)
{
    sqlite3 *db;
    struct ib_arena arena = {0};
    uint64_t count = 0;
    IB_TRY(ib_run_folder_open(dir, &db));
    enum ib_status status = check_config(&arena, db, dir, config);
    if (status == IB_OK)
        status = count_cases(db, &count);
    *empty = count == 0;
    if (status == IB_OK && !*empty)
        status = check_cases(db, dir, cases, n);
    sqlite3_close(db);
    ib_arena_free(&arena);
    return status;
}

/* ---- how far it has come ---- */

static const double *copy_doubles(struct ib_arena *arena, sqlite3_stmt *row, int column, uint64_t *n)
{
    size_t bytes = (size_t)sqlite3_column_bytes(row, column);
    *n = bytes / sizeof(double);
    double *values = ib_arena_alloc(arena, bytes);
    if (bytes)
        memcpy(values, sqlite3_column_blob(row, column), bytes);
    return values;
}

/* The answer of the checked pass, where there is one. */
static enum ib_status load_final(sqlite3_stmt *query, uint64_t case_number, struct ib_arena *arena,
                                 struct ib_final *out)
{
    bool row;
    IB_TRY(ib_db_bind(query, IB_DB_VALUES(ib_db_integer(case_number))));
    IB_TRY(ib_db_next(query, &row));
    if (!row)
        return IB_OK;
    out->params = copy_doubles(arena, query, 0, &out->n_params);
    out->predictions = copy_doubles(arena, query, 1, &out->n_predictions);
    return IB_OK;
}

static void load_samples(const struct ib_case_record *c, struct ib_arena *arena, struct ib_case_progress *out)
{
    double *samples = ib_arena_alloc(arena, (c->n_rounds + 1) * sizeof *samples);
    for (size_t i = 0; i < c->n_rounds; i++)
        if (c->rounds[i].epoch_ns > 0 && c->rounds[i].disturbed != IB_YES)
            samples[out->n_samples++] = c->rounds[i].epoch_ns;
    out->samples = samples;
}

static void load_stops(const struct ib_case_record *c, struct ib_case_progress *out)
{
    out->searched = c->n_stops > 0;
    for (size_t t = 0; t < c->n_stops && t < IB_LOSS_TARGET_COUNT; t++)
        out->stops[t] = (struct ib_stop){.loss = c->stops[t].loss, .epochs = c->stops[t].epochs};
    for (size_t i = 0; i < c->n_stop_times; i++)
        out->stop_rounds =
            c->stop_times[i].round > out->stop_rounds ? c->stop_times[i].round : out->stop_rounds;
}

static void load_progress(const struct ib_case_record *c, struct ib_arena *arena,
                          struct ib_case_progress *out)
{
    *out = (struct ib_case_progress){.ended = c->status && c->status != IB_CASE_OK,
                                     .checked = c->check.status != 0,
                                     .rounds = c->n_rounds,
                                     .process_runs = c->n_process_runs};
    load_samples(c, arena, out);
    load_stops(c, out);
}

enum ib_status ib_resume_load(struct ib_store *store, const struct ib_case *cases, size_t n,
                              struct ib_arena *arena, struct ib_case_progress *out)
{
    sqlite3_stmt *finals;
    IB_TRY(ib_db_prepare(store->db, "SELECT params, predictions FROM finals WHERE case_number = ?", &finals));
    enum ib_status status = IB_OK;
    for (size_t i = 0; status == IB_OK && i < n; i++) {
        struct ib_case_record *c;
        status = ib_store_find(store, &cases[i], &c);
        if (status != IB_OK)
            break;
        load_progress(c, arena, &out[i]);
        status = load_final(finals, c->number, arena, &out[i].final);
    }
    sqlite3_finalize(finals);
    return status;
}
