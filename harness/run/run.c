#include "run/run.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/rng.h"
#include "run/assign_loss_targets.h"
#include "run/case_limit.h"
#include "run/case_run.h"
#include "run/hyperfine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDER_SEED = 1 }; /* of the random order of rounds; a sweep always has the same order */

struct run;

/* Rounds of passes over the cases: timed passes, then other algorithms up to target losses, then whole
 * processes. */
struct series {
    uint64_t first, last;                     /* round; last is first - 1 if there is none */
    bool (*concerns)(const struct ib_case *); /* NULL: all cases */
    bool (*wants)(const struct run *, const struct ib_case_run *, uint64_t round);
    enum ib_status (*pass)(struct run *, struct ib_case_run *, uint64_t round);
};
enum { TIMED, STOPS, WHOLE, SERIES_COUNT };

struct run {
    const struct ib_matrix *matrix;
    struct ib_store *store;
    struct ib_pass_context context;
    struct series series[SERIES_COUNT];
    struct ib_case_run *case_runs; /* one per case */
    struct ib_case_run **order;    /* of the current round */
    ib_run_progress_fn *progress;
    void *progress_context;
    uint64_t done, total; /* passes */
};

static void report_progress(struct run *run, const struct ib_case_run *s, enum ib_stage stage, uint64_t round,
                            bool ended)
{
    struct ib_run_progress progress = {
        .c = s->c, .stage = stage, .round = round, .ended = ended, .done = run->done, .total = run->total};
    ib_case_run_progress(s, run->context.measure, &progress);
    if (run->progress)
        run->progress(run->progress_context, &progress);
    run->done += ended;
}

/* The pass of a stage. */
static enum ib_status do_pass(struct run *run, struct ib_case_run *s, enum ib_stage stage, uint64_t round)
{
    switch (stage) {
    case IB_STAGE_CHECK:
        return ib_case_run_check(s, &run->context, run->store);
    case IB_STAGE_TIME:
        return ib_case_run_time(s, &run->context, run->store, round);
    case IB_STAGE_SEARCH:
        return ib_case_run_search(s, &run->context, run->store);
    case IB_STAGE_STOPS:
        return ib_case_run_stops(s, &run->context, run->store, round);
    case IB_STAGE_PROCESS:
        return ib_case_run_process(s, &run->context, run->store, round);
    }
    return IB_OK;
}

static enum ib_status report_pass(struct run *run, struct ib_case_run *s, enum ib_stage stage, uint64_t round)
{
    report_progress(run, s, stage, round, false);
    const enum ib_status status = do_pass(run, s, stage, round);
    report_progress(run, s, stage, round, true);
    return status;
}

static enum ib_status check_case(struct run *run, struct ib_case_run *s)
{
    return report_pass(run, s, IB_STAGE_CHECK, 0);
}

static enum ib_status stop_case(struct run *run, struct ib_case_run *s, uint64_t round)
{
    return report_pass(run, s, round ? IB_STAGE_STOPS : IB_STAGE_SEARCH, round);
}

static enum ib_status time_whole(struct run *run, struct ib_case_run *s, uint64_t round)
{
    return report_pass(run, s, IB_STAGE_PROCESS, round);
}

static enum ib_status time_case(struct run *run, struct ib_case_run *s, uint64_t round)
{
    return report_pass(run, s, IB_STAGE_TIME, round);
}

/* ---- series of rounds over the cases ---- */

static bool wants_time(const struct run *run, const struct ib_case_run *s, uint64_t round)
{
    return s->progress.rounds < round && !ib_case_run_is_precise(s, run->context.measure);
}

static bool has_stop(const struct ib_case_run *s)
{
    bool has = false;
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        has |= s->progress.stops[t].epochs > 0;
    return has;
}

/* Round 0 searches for the stops; then there are as many rounds as the case had timed ones. */
static bool wants_stops(const struct run *run, const struct ib_case_run *s, uint64_t round)
{
    (void)run;
    if (round == 0)
        return s->has_targets && !s->progress.searched;
    return has_stop(s) && s->progress.stop_rounds < round && round <= s->progress.rounds;
}

static bool wants_whole(const struct run *run, const struct ib_case_run *s, uint64_t round)
{
    (void)run;
    return s->progress.process_runs < round;
}

static void list_series(struct run *run)
{
    const struct ib_measure *measure = run->context.measure;
    run->series[TIMED] = (struct series){1, measure->rounds, NULL, wants_time, time_case};
    run->series[STOPS] = (struct series){0, measure->rounds, ib_loss_goals_concern, wants_stops, stop_case};
    run->series[WHOLE] = (struct series){1, measure->process_runs, NULL, wants_whole, time_whole};
}

/* The number of passes in series `next` and later ones; an upper bound, since cases may end early. */
static uint64_t passes_later(const struct run *run, int next)
{
    uint64_t n = 0;
    for (const struct series *s = run->series + next; s < run->series + SERIES_COUNT; s++)
        for (size_t i = 0; i < run->matrix->n; i++)
            if (!run->case_runs[i].progress.ended && (!s->concerns || s->concerns(run->case_runs[i].c)))
                n += s->last + 1 - s->first;
    return n;
}

static void reverse(struct ib_case_run **order, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct ib_case_run *s = order[i];
        order[i] = order[n - 1 - i];
        order[n - 1 - i] = s;
    }
}

static bool wants(const struct run *run, int series, const struct ib_case_run *s, uint64_t round)
{
    return !s->progress.ended && run->series[series].wants(run, s, round);
}

/* Runs one round of every case that needs it, so that drift of the machine affects all cases alike. */
static enum ib_status do_round(struct run *run, int series, struct ib_rng *rng, uint64_t round)
{
    const struct ib_measure *measure = run->context.measure;
    size_t n = 0;
    for (size_t i = 0; i < run->matrix->n; i++)
        if (wants(run, series, &run->case_runs[i], round))
            run->order[n++] = &run->case_runs[i];
    if (measure->order == IB_INTERLEAVED)
        ib_rng_shuffle(rng, run->order, n, sizeof *run->order);
    else if (round % 2 == 0)
        reverse(run->order, n);
    run->total = run->done + n * (run->series[series].last - round + 1) + passes_later(run, series + 1);
    for (size_t i = 0; i < n && !ib_interrupted(); i++)
        IB_TRY(run->series[series].pass(run, run->order[i], round));
    return IB_OK;
}

static enum ib_status do_rounds(struct run *run, int series)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, ORDER_SEED);
    for (uint64_t round = run->series[series].first; round <= run->series[series].last && !ib_interrupted();
         round++)
        IB_TRY(do_round(run, series, &rng, round));
    return IB_OK;
}

/* Runs case by case: caches stay warm, but drift of the machine goes unnoticed. */
static enum ib_status do_blocks(struct run *run, int series)
{
    for (size_t i = 0; i < run->matrix->n; i++)
        for (uint64_t round = run->series[series].first;
             round <= run->series[series].last && !ib_interrupted(); round++)
            if (wants(run, series, &run->case_runs[i], round))
                IB_TRY(run->series[series].pass(run, &run->case_runs[i], round));
    return IB_OK;
}

static enum ib_status run_all(struct run *run)
{
    run->total = run->matrix->n + passes_later(run, 0);
    for (size_t i = 0; i < run->matrix->n && !ib_interrupted(); i++)
        if (!run->case_runs[i].progress.checked && !run->case_runs[i].progress.ended)
            IB_TRY(check_case(run, &run->case_runs[i]));
    ib_store_checkpoint(run->store);
    for (int i = 0; i < SERIES_COUNT && !ib_interrupted(); i++) {
        if (i == STOPS) { /* all timed passes are done, so the target losses are known */
            IB_TRY(ib_store_know_all(run->store));
            ib_loss_goals_set(ib_store_record(run->store), run->case_runs, run->matrix->n);
        }
        IB_TRY(run->context.measure->order == IB_BLOCK ? do_blocks(run, i) : do_rounds(run, i));
    }
    return IB_OK;
}

/* The workspace lies in the run's folder and is recorded there, so that a killed run can be cleaned up by
 * name. */
static enum ib_status open_workspace(const struct run *run, const char *dir, struct ib_workspace *out)
{
    IB_TRY(ib_workspace_open(dir, out));
    enum ib_status status = ib_store_add_workspace(run->store, strrchr(out->folder, '/') + 1);
    if (status != IB_OK)
        ib_workspace_close(out);
    return status;
}

static enum ib_status close_workspace(const struct run *run, struct ib_workspace *work, enum ib_status status)
{
    struct ib_arena arena = {0};
    const char *name = ib_arena_copy(&arena, strrchr(work->folder, '/') + 1);
    ib_workspace_close(work);
    if (status == IB_OK)
        status = ib_store_drop_workspace(run->store, name);
    ib_arena_free(&arena);
    return status;
}

static enum ib_status open_case_runs(struct run *run, const struct ib_case_progress *progress)
{
    const size_t n = run->matrix->n;
    run->case_runs = calloc(n, sizeof *run->case_runs);
    run->order = calloc(n, sizeof *run->order);
    if (!run->case_runs || !run->order)
        return ib_fail(IB_ENOMEM, "run", "out of memory");
    for (size_t i = 0; i < n; i++)
        ib_case_run_open(&run->case_runs[i], &run->matrix->cases[i], progress ? &progress[i] : NULL,
                         run->context.measure->rounds);
    return IB_OK;
}

static void close_case_runs(struct run *run)
{
    for (size_t i = 0; run->case_runs && i < run->matrix->n; i++)
        ib_case_run_close(&run->case_runs[i]);
    free(run->case_runs);
    free(run->order);
}

enum ib_status ib_run(const struct ib_config *config, const struct ib_matrix *matrix, struct ib_store *store,
                      const char *dir, const struct ib_case_progress *progress,
                      ib_run_progress_fn *on_progress, void *context)
{
    struct ib_workspace work;
    struct ib_oracle_cache oracle_cache = {.work = &work, .budget_ns = config->measure.oracle_budget_ns};
    struct run run = {.matrix = matrix,
                      .store = store,
                      .context = {.measure = &config->measure, .work = &work, .oracle_cache = &oracle_cache},
                      .progress = on_progress,
                      .progress_context = context};
    list_series(&run);
    IB_TRY(open_workspace(&run, dir, &work));
    ib_limits_use(&work.arena, ib_store_machine(store), &run.context);
    if (config->measure.process_runs)
        run.context.hyperfine = ib_hyperfine_version(&work.arena);
    enum ib_status status = open_case_runs(&run, progress);
    if (status == IB_OK)
        status = run_all(&run);
    close_case_runs(&run);
    ib_oracle_cache_free(&oracle_cache);
    status = close_workspace(&run, &work, status);
    return status != IB_OK || ib_interrupted() ? status : ib_store_finish(store);
}
