#include "args.h"
#include "base/clock.h"
#include "store/machine.h"
#include "store/record.h"
#include "report/report.h"
#include "run/run.h"
#include "config/sweep.h"

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

/* results/runs/NAME-20260131T235959Z */
static const char *default_dir(struct ib_arena *arena, const char *name)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    return ib_arena_print(arena, "results/runs/%s-%s", name, stamp);
}

static void warn_dropped(const struct ib_matrix *matrix)
{
    for (size_t i = 0; i < matrix->n_dropped; i++)
        fprintf(stderr, "left out: %s (%llu)\n", matrix->dropped[i].reason,
                (unsigned long long)matrix->dropped[i].count);
}

static enum ib_status open_store(const struct ib_config *config, const struct ib_matrix *matrix, const char *dir,
                                 struct ib_store **out)
{
    json_t *machine = ib_machine_describe();
    enum ib_status status = ib_store_create(dir, config, machine, out);
    json_decref(machine);
    IB_TRY(status);
    for (size_t i = 0; i < matrix->n; i++)
        IB_TRY(ib_store_add_case(*out, &matrix->cases[i]));
    return IB_OK;
}

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

static int run_sweep(const struct ib_config *config, const struct ib_matrix *matrix, const char *dir)
{
    struct ib_store *store = NULL;
    struct progress progress = {.terminal = isatty(STDERR_FILENO), .begin_ns = ib_now_ns()};
    if (open_store(config, matrix, dir, &store) != IB_OK) {
        ib_store_close(store);
        return ib_usage_error();
    }
    enum ib_status status = ib_run(config, matrix, store, dir, show_progress, &progress);
    ib_store_close(store);
    end_progress(&progress, matrix->n);
    return status == IB_OK ? conclude(dir, config) : ib_run_error();
}

static int verb_run(const struct ib_verb *verb, int argc, char **argv)
{
    const char *config, *dir = NULL;
    bool done;
    struct ib_sweep sweep;
    const struct ib_flag flags[] = {
        {"--out", "DIR", "folder for the run; default: results/runs/NAME-UTC", &dir, NULL}, {NULL}};
    if (ib_args_read(verb, flags, argc, argv, &config, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (ib_sweep_open(config, &sweep) != IB_OK)
        return ib_usage_error();
    warn_dropped(&sweep.matrix);
    int status = run_sweep(&sweep.config, &sweep.matrix, dir ? dir : default_dir(&sweep.config.arena, sweep.config.name));
    ib_sweep_close(&sweep);
    return status;
}

const struct ib_verb ib_verb_run = {
    .name = "run",
    .usage = "run CONFIG [--out DIR]",
    .summary = "run a sweep: check every case, time it, report",
    .detail = "Every case of CONFIG's matrix is trained once with its answer compared with the oracle, then timed in\n"
              "interleaved rounds. DIR gets run.sqlite, report.html, report.md and charts/.",
    .main = verb_run,
};
