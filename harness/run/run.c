#include "run/run.h"

#include "args.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/rng.h"
#include "run/hyperfine.h"
#include "run/standing.h"
#include "stats/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDER_SEED = 1 }; /* of the rounds' random order: the same sweep has the same order */

struct run {
    const struct ib_matrix *matrix;
    struct ib_store *store;
    struct ib_bench bench;
    struct ib_standing *standings; /* one a case */
    struct ib_standing **order;    /* of the current round */
    ib_run_progress_fn *progress;
    void *progress_context;
    uint64_t done, total; /* passes */
};

static void tell(struct run *run, const struct ib_case *c, uint64_t round)
{
    if (run->progress)
        run->progress(run->progress_context, c, round, run->done, run->total);
    run->done++;
}

static enum ib_status check_case(struct run *run, struct ib_standing *s)
{
    tell(run, s->c, 0);
    return ib_standing_check(s, &run->bench, run->store);
}

static enum ib_status time_case(struct run *run, struct ib_standing *s, uint64_t round)
{
    tell(run, s->c, round);
    return ib_standing_time(s, &run->bench, run->store, round);
}

static enum ib_status time_whole(struct run *run, struct ib_standing *s, uint64_t round)
{
    tell(run, s->c, run->bench.measure->rounds + round);
    return ib_standing_whole(s, &run->bench, run->store, round);
}

/* Has the interval of its median become as narrow as was asked? */
static bool is_precise(const struct ib_measure *measure, const struct ib_standing *s)
{
    double low, high;
    if (measure->precision <= 0 || s->progress.rounds < measure->min_rounds)
        return false;
    ib_median_interval(s->samples, s->progress.n_samples, &low, &high);
    return (high - low) / 2 <= measure->precision * ib_median(s->samples, s->progress.n_samples);
}

/* A series of rounds over the cases: the timed passes, and after them the whole processes. */
struct series {
    uint64_t rounds;
    bool (*wants)(const struct run *, const struct ib_standing *, uint64_t round);
    enum ib_status (*pass)(struct run *, struct ib_standing *, uint64_t round);
    uint64_t after; /* passes that a case gets in later series */
};

static bool wants_time(const struct run *run, const struct ib_standing *s, uint64_t round)
{
    return !s->progress.ended && s->progress.rounds < round && !is_precise(run->bench.measure, s);
}

static bool wants_whole(const struct run *run, const struct ib_standing *s, uint64_t round)
{
    (void)run;
    return !s->progress.ended && s->progress.whole_runs < round;
}

static void shuffle(struct ib_standing **order, size_t n, struct ib_rng *rng) /* Fisher-Yates */
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)ib_rng_below(rng, i);
        struct ib_standing *s = order[i - 1];
        order[i - 1] = order[j];
        order[j] = s;
    }
}

static void reverse(struct ib_standing **order, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct ib_standing *s = order[i];
        order[i] = order[n - 1 - i];
        order[n - 1 - i] = s;
    }
}

/* One round of every case that wants it; what drifts on the machine then hits all alike. */
static enum ib_status do_round(struct run *run, const struct series *series, struct ib_rng *rng,
                               uint64_t round)
{
    const struct ib_measure *measure = run->bench.measure;
    size_t n = 0;
    for (size_t i = 0; i < run->matrix->n; i++)
        if (series->wants(run, &run->standings[i], round))
            run->order[n++] = &run->standings[i];
    if (measure->order == IB_INTERLEAVED)
        shuffle(run->order, n, rng);
    else if (round % 2 == 0)
        reverse(run->order, n);
    run->total = run->done + n * (series->rounds - round + 1 + series->after);
    for (size_t i = 0; i < n && !ib_interrupted(); i++)
        IB_TRY(series->pass(run, run->order[i], round));
    return IB_OK;
}

static enum ib_status do_rounds(struct run *run, const struct series *series)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, ORDER_SEED);
    for (uint64_t round = 1; round <= series->rounds && !ib_interrupted(); round++)
        IB_TRY(do_round(run, series, &rng, round));
    return IB_OK;
}

/* Case after case: quick for the caches, blind for drift. */
static enum ib_status do_blocks(struct run *run, const struct series *series)
{
    for (size_t i = 0; i < run->matrix->n; i++)
        for (uint64_t round = 1; round <= series->rounds && !ib_interrupted(); round++)
            if (series->wants(run, &run->standings[i], round))
                IB_TRY(series->pass(run, &run->standings[i], round));
    return IB_OK;
}

static enum ib_status run_all(struct run *run)
{
    const struct ib_measure *measure = run->bench.measure;
    const struct series all[] = {{measure->rounds, wants_time, time_case, measure->whole_runs},
                                 {measure->whole_runs, wants_whole, time_whole, 0}};
    for (size_t i = 0; i < run->matrix->n && !ib_interrupted(); i++)
        if (!run->standings[i].progress.checked && !run->standings[i].progress.ended)
            IB_TRY(check_case(run, &run->standings[i]));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        IB_TRY(measure->order == IB_BLOCK ? do_blocks(run, &all[i]) : do_rounds(run, &all[i]));
    return ib_interrupted() ? IB_OK : ib_store_finish(run->store);
}

enum ib_status ib_run(const struct ib_config *config, const struct ib_matrix *matrix, struct ib_store *store,
                      const char *dir, const struct ib_case_progress *progress,
                      ib_run_progress_fn *tell_progress, void *context)
{
    struct ib_workspace work;
    struct ib_references references = {.work = &work, .budget_ns = config->measure.oracle_budget_ns};
    struct run run = {.matrix = matrix,
                      .store = store,
                      .bench = {.measure = &config->measure, .work = &work, .references = &references},
                      .progress = tell_progress,
                      .progress_context = context,
                      .total = matrix->n * (config->measure.rounds + config->measure.whole_runs + 1)};
    IB_TRY(ib_workspace_open(dir, &work));
    if (config->measure.whole_runs)
        run.bench.hyperfine = ib_hyperfine_version(&work.arena);
    run.standings = calloc(matrix->n, sizeof *run.standings);
    run.order = calloc(matrix->n, sizeof *run.order);
    enum ib_status status = run.standings && run.order ? IB_OK : ib_fail(IB_ENOMEM, "run", "out of memory");
    for (size_t i = 0; status == IB_OK && i < matrix->n; i++)
        ib_standing_open(&run.standings[i], &matrix->cases[i], progress ? &progress[i] : NULL,
                         config->measure.rounds);
    if (status == IB_OK)
        status = run_all(&run);

    for (size_t i = 0; run.standings && i < matrix->n; i++)
        ib_standing_close(&run.standings[i]);
    free(run.standings);
    free(run.order);
    ib_references_free(&references);
    ib_workspace_close(&work);
    return status;
}

/* ---- exit status ---- */

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* Did any implementation that the glob names run? */
static bool ran(const json_t *cases, const char *glob)
{
    size_t i;
    json_t *c;
    json_array_foreach (cases, i, c) {
        const char *status = text_at(c, "status");
        if (ib_glob(glob, text_at(c, "impl")) && strcmp(status, "unavailable") != 0 &&
            strcmp(status, "unsupported") != 0)
            return true;
    }
    return false;
}

struct tally {
    size_t ok, wrong, untrusted, failed;
};

static struct tally count_cases(const json_t *cases)
{
    struct tally t = {0};
    size_t i;
    json_t *c;
    json_array_foreach (cases, i, c) {
        const char *status = text_at(c, "status");
        bool missing = strcmp(status, "unavailable") == 0 || strcmp(status, "unsupported") == 0;
        if (strcmp(text_at(json_object_get(c, "verify"), "verdict"), "wrong") == 0)
            t.wrong++;
        else if (strcmp(status, "untrusted") == 0)
            t.untrusted++;
        else if (strcmp(status, "ok") == 0)
            t.ok++;
        else if (!missing)
            t.failed++;
    }
    return t;
}

int ib_run_exit_status(const json_t *record, const char *const *require, char *why, size_t n)
{
    const json_t *cases = json_object_get(record, "cases");
    struct tally t = count_cases(cases);
    why[0] = '\0';
    if (t.wrong + t.untrusted) {
        snprintf(why, n, "%zu wrong, %zu untrusted", t.wrong, t.untrusted);
        return IB_EXIT_WRONG;
    }
    if (t.failed) {
        snprintf(why, n, "%zu failed", t.failed);
        return IB_EXIT_FAILED;
    }
    for (; require && *require; require++)
        if (!ran(cases, *require)) {
            snprintf(why, n, "%s is required, and did not run", *require);
            return IB_EXIT_FAILED;
        }
    if (!t.ok) {
        snprintf(why, n, "no case is ok");
        return IB_EXIT_FAILED;
    }
    return IB_EXIT_OK;
}
