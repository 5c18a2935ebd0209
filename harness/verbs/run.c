#include "args.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "config/sweep.h"
#include "report/report.h"
#include "run/pin.h"
#include "run/run.h"
#include "run/workspace.h"
#include "store/machine.h"
#include "store/record.h"
#include "store/run_folder.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* On a terminal: one line, written over. Elsewhere: nothing, so that logs hold only results. */
struct progress {
    bool terminal;
    uint64_t begin_ns;
};

static void show_progress(void *context, const struct ib_case *c, uint64_t round, uint64_t done, uint64_t total)
{
    const struct progress *p = context;
    char what[32] = "checking";
    if (!p->terminal)
        return;
    if (round)
        snprintf(what, sizeof what, "round %llu:", (unsigned long long)round);
    fprintf(stderr, "\r\033[K[%llu/%llu] %s %.70s", (unsigned long long)done + 1, (unsigned long long)total, what,
            c->id);
}

static void end_progress(const struct progress *p, size_t n_cases)
{
    if (p->terminal)
        fputs("\r\033[K", stderr);
    fprintf(stderr, "%zu cases in %.1f s\n", n_cases, (double)(ib_now_ns() - p->begin_ns) / 1e9);
}

#define RUNS "results/runs"

/* results/runs/NAME-20260131T235959Z */
static const char *default_dir(struct ib_arena *arena, const char *name)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    return ib_arena_print(arena, RUNS "/%s-%s", name, stamp);
}

static void warn_dropped(const struct ib_matrix *matrix)
{
    for (size_t i = 0; i < matrix->n_dropped; i++)
        fprintf(stderr, "left out: %s (%llu)\n", matrix->dropped[i].reason,
                (unsigned long long)matrix->dropped[i].count);
}

/* ---- the folder: new, or one to go on with ---- */

struct target {
    const char *dir;
    int lock;
    struct ib_store *store;
    struct ib_case_progress *progress; /* of each case; NULL: nothing has been done */
};

static enum ib_status open_new(const struct ib_sweep *sweep, struct target *target)
{
    json_t *machine = ib_machine_describe();
    enum ib_status status = ib_store_create(target->dir, &sweep->config, machine, &target->store);
    json_decref(machine);
    if (status == IB_OK && target->lock < 0)
        status = ib_run_folder_lock(target->dir, &target->lock);
    return status == IB_OK ? ib_store_add_cases(target->store, sweep->matrix.cases, sweep->matrix.n) : status;
}

/* The lock comes first: what is read must not change before it is acted on. */
static enum ib_status open_old(struct ib_sweep *sweep, struct target *target)
{
    const struct ib_matrix *matrix = &sweep->matrix;
    struct ib_arena *arena = &sweep->config.arena;
    bool blank, empty;
    IB_TRY(ib_run_folder_lock(target->dir, &target->lock));
    IB_TRY(ib_run_folder_disclaim(target->dir, &blank));
    if (blank)
        return open_new(sweep, target);
    IB_TRY(ib_resume_check(target->dir, &sweep->config, matrix->cases, matrix->n, &empty));
    IB_TRY(ib_store_open(target->dir, &target->store));
    if (empty)
        return ib_store_add_cases(target->store, matrix->cases, matrix->n);
    ib_workspace_remove_stale(target->dir);
    target->progress = ib_arena_alloc(arena, matrix->n * sizeof *target->progress);
    return ib_resume_load(target->dir, matrix->cases, matrix->n, arena, target->progress);
}

static enum ib_status open_target(struct ib_sweep *sweep, const char *dir, bool resume, struct target *out)
{
    struct ib_config *config = &sweep->config;
    *out = (struct target){.dir = dir, .lock = -1};
    if (!dir && resume)
        IB_TRY(ib_resume_find(&config->arena, RUNS, config, &out->dir));
    else if (!dir)
        out->dir = default_dir(&config->arena, config->name);
    return resume ? open_old(sweep, out) : open_new(sweep, out);
}

static void close_target(struct target *target)
{
    ib_store_close(target->store);
    if (target->lock >= 0)
        close(target->lock);
}

/* ---- the end ---- */

/* The table on stdout, the report in the folder, and the exit status that the record earns. */
static int conclude(const char *dir, const struct ib_config *config)
{
    char why[256];
    json_t *record;
    if (ib_record_load(dir, &record) != IB_OK)
        return ib_run_error();
    ib_table_print(stdout, record);
    int status = ib_run_exit_status(record, config->require, why, sizeof why);
    json_decref(record);
    if (ib_report_write(dir) != IB_OK)
        return ib_run_error();
    printf("\nreport: %s/report.html\n", dir);
    if (status != IB_EXIT_OK)
        fprintf(stderr, "ironbench: %s: exit status %d\n", why, status);
    return status;
}

static int tell_interrupted(const char *dir)
{
    fprintf(stderr, "interrupted; what was done is kept. Go on with: --resume --out %s\n", dir);
    return IB_EXIT_INTERRUPTED;
}

static int run_sweep(struct ib_sweep *sweep, const char *dir, bool resume)
{
    struct target target;
    struct progress progress = {.terminal = isatty(STDERR_FILENO), .begin_ns = ib_now_ns()};
    if (ib_pin_check(&sweep->config.measure) != IB_OK)
        return ib_usage_error();
    if (open_target(sweep, dir, resume, &target) != IB_OK) {
        close_target(&target);
        return ib_usage_error();
    }
    ib_interrupt_catch();
    enum ib_status status = ib_run(&sweep->config, &sweep->matrix, target.store, target.dir, target.progress,
                                   show_progress, &progress);
    ib_interrupt_release();
    close_target(&target);
    end_progress(&progress, sweep->matrix.n);
    if (status != IB_OK)
        return ib_run_error();
    return ib_interrupted() ? tell_interrupted(target.dir) : conclude(target.dir, &sweep->config);
}

static int verb_run(const struct ib_verb *verb, int argc, char **argv)
{
    const char *config, *dir = NULL, *resume = NULL;
    const char *keep[IB_FLAG_LIST + 1] = {NULL}, *drop[IB_FLAG_LIST + 1] = {NULL};
    bool done;
    struct ib_sweep sweep;
    const struct ib_flag flags[] = {
        IB_SELECTION_FLAGS(keep, drop),
        {"--out", "DIR", "folder for the run; default: results/runs/NAME-UTC", &dir, NULL},
        {"--resume", NULL, "go on with an interrupted run: that of --out, or the newest of CONFIG", &resume, NULL},
        {NULL}};
    if (ib_args_read(verb, flags, argc, argv, &config, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (ib_sweep_open(config, keep, drop, &sweep) != IB_OK)
        return ib_usage_error();
    warn_dropped(&sweep.matrix);
    int status = run_sweep(&sweep, dir, resume != NULL);
    ib_sweep_close(&sweep);
    return status;
}

const struct ib_verb ib_verb_run = {
    .name = "run",
    .usage = "run CONFIG [-s SELECT] [-x EXCLUDE] [--out DIR] [--resume]",
    .summary = "run a sweep: check every case, time it, report",
    .detail = "Every case of CONFIG's matrix is trained once with its answer compared with the oracle, then timed in\n"
              "interleaved rounds. DIR gets run.sqlite, report.html, report.md and charts/.",
    .main = verb_run,
};
