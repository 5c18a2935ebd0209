#include "store/resume.h"

#include "base/error.h"
#include "base/slug.h"
#include "store/cursor.h"
#include "store/load_run.h"
#include "store/writer.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- which run ---- */

static bool same_shard(const struct ib_shard *a, const struct ib_shard *b)
{
    return a->index == b->index && a->count == b->count;
}

static bool is_of(const char *dir, const struct ib_sweep *sweep)
{
    struct ib_run_record run;
    const bool same = ib_load_run_cases(dir, &run) == IB_OK &&
                      strcmp(run.config_text, sweep->config.text) == 0 && !run.merged &&
                      same_shard(&run.parts[0].shard, &sweep->shard);
    ib_run_record_free(&run);
    return same;
}

enum ib_status ib_resume_find(struct ib_sweep *sweep, const char *runs, const char **out)
{
    struct ib_arena *arena = &sweep->config.arena;
    struct dirent **entries = NULL;
    int n = scandir(runs, &entries, NULL, alphasort); /* the names end with the time of their start */
    const char *begin = ib_slug(arena, sweep->config.name);
    size_t length = strlen(begin);
    *out = NULL;
    for (int i = n; i-- > 0;) {
        const char *name = entries[i]->d_name;
        bool ours = strncmp(name, begin, length) == 0 && name[length] == '-';
        const char *dir = ib_arena_print(arena, "%s/%s", runs, name);
        if (!*out && ours && is_of(dir, sweep))
            *out = dir;
        free(entries[i]);
    }
    free(entries);
    return *out ? IB_OK
                : ib_fail(IB_EINVAL, runs,
                          "no run of this configuration%s to resume; --out names one elsewhere",
                          sweep->shard.count ? " and shard" : "");
}

/* ---- whether it is the same ---- */

static enum ib_status check_config(const char *dir, const struct ib_config *config, const char *was)
{
    const struct ib_text_change change = ib_text_first_change(was, config->text);
    if (!change.line)
        return IB_OK;
    return ib_fail(
        IB_EINVAL, dir,
        "cannot be resumed: the configuration has changed; %s:%u is now `%.*s`, the run has `%.*s`",
        config->path, change.line, change.new_length, change.new, change.old_length, change.old);
}

static enum ib_status check_shard(const char *dir, const struct ib_run_record *run,
                                  const struct ib_shard *shard)
{
    const struct ib_shard *was = &run->parts[0].shard;
    if (run->merged)
        return ib_fail(IB_EINVAL, dir,
                       "cannot be resumed: it was merged from runs; resume those, and merge them again");
    if (same_shard(was, shard))
        return IB_OK;
    if (!was->count)
        return ib_fail(IB_EINVAL, dir, "cannot be resumed: this run is not a shard; leave out --shard");
    return ib_fail(IB_EINVAL, dir,
                   "cannot be resumed: this run is shard %" PRIu64 " of %" PRIu64 "; use --shard %" PRIu64
                   "/%" PRIu64,
                   was->index, was->count, was->index, was->count);
}

/* A shard has only some of the cases. */
static void keep_cases_of(const struct ib_run_record *run, struct ib_sweep *sweep)
{
    const struct ib_matrix *matrix = &sweep->matrix;
    bool *kept = ib_arena_alloc(&sweep->config.arena, matrix->n * sizeof *kept);
    for (size_t i = 0; i < matrix->n; i++)
        kept[i] = ib_run_record_find(run, matrix->cases[i].id) != NULL;
    ib_sweep_keep(sweep, kept);
}

static enum ib_status check_cases(const struct ib_run_record *run, const char *dir,
                                  const struct ib_case *cases, size_t n)
{
    if (run->n != n)
        return ib_fail(
            IB_EINVAL, dir,
            "cannot be resumed: the run has %zu cases, now there are %zu; were -s and -x the same?", run->n,
            n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(run->cases[i].id, cases[i].id) != 0 && !ib_run_record_find(run, cases[i].id))
            return ib_fail(IB_EINVAL, dir,
                           "cannot be resumed: %s is not among its cases; has its data changed?",
                           cases[i].id);
    return IB_OK;
}

enum ib_status ib_resume_check(const char *dir, struct ib_sweep *sweep, struct ib_run_record *out)
{
    IB_TRY(ib_load_run_cases(dir, out));
    const bool empty = out->n == 0;
    enum ib_status status = check_config(dir, &sweep->config, out->config_text);
    if (status == IB_OK && !empty)
        status = check_shard(dir, out, &sweep->shard);
    if (status == IB_OK && !empty && sweep->shard.count)
        keep_cases_of(out, sweep);
    if (status == IB_OK && !empty)
        status = check_cases(out, dir, sweep->matrix.cases, sweep->matrix.n);
    if (status != IB_OK)
        ib_run_record_free(out);
    return status;
}

/* ---- how far it has come ---- */

/* The columns that tell it: of very many cases, the rest is read only when it is needed. */
#define CHECK(member)     offsetof(struct ib_check_record, member)
#define ROUND(member)     offsetof(struct ib_round_record, member)
#define TRACER(member)    offsetof(struct ib_tracer_record, member)
#define STOP_TIME(member) offsetof(struct ib_stop_time_record, member)
static const size_t of_check[] = {CHECK(status), CHECK(verdict)},
                    of_round[] = {ROUND(epoch_ns), ROUND(disturbed), ROUND(discarded_ns)},
                    of_tracer[] = {TRACER(source), TRACER(agrees)}, of_stop_time[] = {STOP_TIME(round)},
                    of_run[] = {offsetof(struct ib_process_run_record, run)},
                    of_stop[] = {
                        offsetof(struct ib_stop_record, target), offsetof(struct ib_stop_record, loss),
                        offsetof(struct ib_stop_record, epochs), offsetof(struct ib_stop_record, trainings),
                        offsetof(struct ib_stop_record, reason)};
#define COLUMNS(list) list, sizeof(list) / sizeof *(list)
static const struct {
    enum ib_db_table_kind kind;
    const size_t *offsets;
    size_t n;
} parts[] = {{IB_TABLE_CHECKS, COLUMNS(of_check)}, {IB_TABLE_TRACERS, COLUMNS(of_tracer)},
             {IB_TABLE_ROUNDS, COLUMNS(of_round)}, {IB_TABLE_PROCESS_RUNS, COLUMNS(of_run)},
             {IB_TABLE_STOPS, COLUMNS(of_stop)},   {IB_TABLE_STOP_TIMES, COLUMNS(of_stop_time)}};
enum { PARTS = sizeof parts / sizeof *parts };

struct progress_reader {
    struct ib_db_table tables[PARTS];
    struct ib_cursor cursors[PARTS];
    struct ib_arena memory, texts;
};

static enum ib_status open_reader(sqlite3 *db, struct progress_reader *r)
{
    for (int i = 0; i < PARTS; i++) {
        r->tables[i] = ib_db_table_of(&r->memory, parts[i].kind, parts[i].offsets, parts[i].n);
        IB_TRY(ib_cursor_open(db, &r->tables[i], &r->cursors[i]));
    }
    return IB_OK;
}

static void close_reader(struct progress_reader *r)
{
    for (int i = 0; i < PARTS; i++)
        ib_cursor_close(&r->cursors[i]);
    ib_arena_free(&r->memory);
    ib_arena_free(&r->texts);
}

/* c: with the lists above only. */
static void set_progress(const struct ib_case_record *c, struct ib_arena *arena, struct ib_case_progress *out)
{
    double *samples = ib_arena_alloc(arena, (c->n_rounds + 1) * sizeof *samples);
    *out = (struct ib_case_progress){.ended = c->status && c->status != IB_CASE_OK,
                                     .checked = c->check.status != 0,
                                     .right = c->check.verdict == IB_RIGHT,
                                     .counted = ib_tracer_record_counted(ib_case_record_tracer(c)),
                                     .rounds = c->n_rounds,
                                     .process_runs = c->n_process_runs,
                                     .searched = c->n_stops > 0,
                                     .samples = samples};
    for (size_t i = 0; i < c->n_rounds; i++) {
        const struct ib_sample s = ib_case_record_sample(c, i);
        if (s.epoch_ns > 0 && s.disturbed != IB_YES)
            samples[out->n_samples++] = s.epoch_ns;
        out->retries += s.retried ? 1 : 0;
    }
    for (size_t t = 0; t < c->n_stops && t < IB_LOSS_TARGET_COUNT; t++) {
        out->stops[t] = c->stops[t];
        out->stops[t].reason = NULL; /* which the sweep does not need */
    }
    for (size_t i = 0; i < c->n_stop_times; i++)
        if (c->stop_times[i].round > out->stop_rounds)
            out->stop_rounds = c->stop_times[i].round;
}

static enum ib_status read_progress(struct progress_reader *r, const struct ib_case_record *of,
                                    struct ib_arena *arena, struct ib_case_progress *out)
{
    struct ib_case_record c = {.status = of->status};
    for (int i = 0; i < PARTS; i++) {
        struct ib_cursor *cursor = &r->cursors[i];
        IB_TRY(ib_cursor_read(cursor, of->number, &r->texts));
        if (cursor->table->n_at)
            ib_row_lend(cursor->table, &c, cursor->rows, cursor->n);
        else
            ib_row_set(&r->texts, cursor->table, &c, cursor->rows, cursor->n);
    }
    set_progress(&c, arena, out);
    ib_arena_clear(&r->texts);
    return IB_OK;
}

enum ib_status ib_resume_load(struct ib_store *store, const struct ib_case *cases, size_t n,
                              struct ib_arena *arena, struct ib_case_progress *out)
{
    struct progress_reader r = {.memory = {0}};
    struct ib_case_record *c;
    enum ib_status status = open_reader(store->db, &r);
    for (size_t i = 0; i < n && status == IB_OK; i++) {
        status = ib_store_find(store, &cases[i], &c);
        if (status == IB_OK)
            status = read_progress(&r, c, arena, &out[i]);
    }
    close_reader(&r);
    return status;
}
