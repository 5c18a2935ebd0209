#include "store/resume.h"

#include "base/error.h"
#include "base/slug.h"
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

enum ib_status ib_resume_check(const char *dir, struct ib_sweep *sweep, bool *empty)
{
    struct ib_run_record run;
    IB_TRY(ib_load_run_cases(dir, &run));
    *empty = run.n == 0;
    enum ib_status status = check_config(dir, &sweep->config, run.config_text);
    if (status == IB_OK && !*empty)
        status = check_shard(dir, &run, &sweep->shard);
    if (status == IB_OK && !*empty && sweep->shard.count)
        keep_cases_of(&run, sweep);
    if (status == IB_OK && !*empty)
        status = check_cases(&run, dir, sweep->matrix.cases, sweep->matrix.n);
    ib_run_record_free(&run);
    return status;
}

/* ---- how far it has come ---- */

static void load_progress(const struct ib_case_record *c, struct ib_arena *arena,
                          struct ib_case_progress *out)
{
    double *samples = ib_arena_alloc(arena, (c->n_rounds + 1) * sizeof *samples);
    *out = (struct ib_case_progress){.ended = c->status && c->status != IB_CASE_OK,
                                     .checked = c->check.status != 0,
                                     .right = c->check.verdict == IB_RIGHT,
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
    for (size_t t = 0; t < c->n_stops && t < IB_LOSS_TARGET_COUNT; t++)
        out->stops[t] = c->stops[t];
    for (size_t i = 0; i < c->n_stop_times; i++)
        if (c->stop_times[i].round > out->stop_rounds)
            out->stop_rounds = c->stop_times[i].round;
}

enum ib_status ib_resume_load(struct ib_store *store, const struct ib_case *cases, size_t n,
                              struct ib_arena *arena, struct ib_case_progress *out)
{
    struct ib_case_record *c;
    for (size_t i = 0; i < n; i++) {
        IB_TRY(ib_store_find(store, &cases[i], &c));
        load_progress(c, arena, &out[i]);
    }
    return IB_OK;
}
