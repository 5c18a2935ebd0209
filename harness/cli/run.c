#include "run/run.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/guesses.h"
#include "cli/sweep_flags.h"
#include "cli/warnings.h"
#include "config/sweep.h"
#include "machine/limits.h"
#include "machine/load.h"
#include "report/progress.h"
#include "report/record_json.h"
#include "report/report.h"
#include "run/pin.h"
#include "run/run_dir_open.h"
#include "run/run_exit_status.h"
#include "store/run_folder.h"

#include <stdio.h>
#include <unistd.h>

#define MUCH_LOAD 0.3 /* processors */

/* Many reasons would hide what follows. */
static void warn_dropped(const struct ib_matrix *matrix)
{
    enum { FEW = 3 };
    unsigned long long sum = 0;
    for (size_t i = 0; i < matrix->n_dropped; i++) {
        sum += matrix->dropped[i].count;
        if (matrix->n_dropped <= FEW)
            ib_print_line(stderr, "left out: %s (%llu)", matrix->dropped[i].reason,
                          (unsigned long long)matrix->dropped[i].count);
    }
    if (matrix->n_dropped > FEW)
        ib_print_line(stderr, "left out: %llu combinations, for %zu reasons that `ironbench plan` lists", sum,
                      matrix->n_dropped);
}

/* What is printed on the terminal, and how. */
struct output {
    bool quiet, json;
    int colour; /* enum ib_colour */
};

/* Prints one line of JSON per case. */
static void print_line(void *context, json_t *c)
{
    (void)context;
    ib_json_print(stdout, c, JSON_COMPACT);
    putchar('\n');
}

static enum ib_status print_lines(const char *dir, const struct ib_run_record *run)
{
    struct ib_long_lists *lists;
    IB_TRY(ib_long_lists_open(dir, 1u << IB_LIST_ROUNDS, &lists));
    const enum ib_status status = ib_record_each_case(run, lists, print_line, NULL);
    ib_long_lists_close(lists);
    return status;
}

/* Prints the table, writes the report into the folder, and returns the exit status. */
static int conclude(const char *dir, const struct ib_run_record *run, const struct ib_config *config,
                    const struct output *output)
{
    char why[256];
    if (output->json && print_lines(dir, run) != IB_OK)
        return ib_run_error();
    if (!output->json && !output->quiet)
        ib_table_print(stdout, run, (enum ib_colour)output->colour);
    int status = ib_run_exit_status(run, config->require, why, sizeof why);
    if (ib_report_write(dir, run) != IB_OK)
        return ib_run_error();
    if (!output->quiet && !output->json) {
        putchar('\n');
        ib_print_line(stdout, "report: %s/report.html", dir);
    }
    if (status != IB_EXIT_OK)
        ib_print_line(stderr, "ironbench: %s: exit status %d", why, status);
    return status;
}

static int print_interrupted(const char *dir)
{
    ib_print_line(stderr, "interrupted; results so far are kept. To continue, add: --resume --out %s", dir);
    return IB_EXIT_INTERRUPTED;
}

static void warn_of_load(void)
{
    const double busy = ib_busy_processors();
    if (busy >= MUCH_LOAD)
        fprintf(stderr,
                "busy machine: other programs use %.1f processors, which will disturb samples. Stop them for "
                "firm results; `ironbench doctor` lists what else disturbs.\n",
                busy);
}

/* Limits that were measured and cannot be used; that there are none is said in the record. */
static void warn_of_limits(void)
{
    struct ib_arena arena = {0};
    struct ib_machine machine;
    struct ib_limits limits;
    const char *why;
    ib_machine_describe(&arena, &machine);
    const enum ib_kept_state state = ib_limits_load(&arena, &machine, &limits, &why);
    if (state == IB_KEPT_DAMAGED || state == IB_KEPT_FOREIGN)
        ib_print_line(stderr, "limits ignored: %s", why);
    ib_arena_free(&arena);
}

/* Only of a sweep that begins; else the error alone is read. */
static void warn(struct ib_sweep *sweep)
{
    warn_of_limits();
    ib_print_guesses(&sweep->matrix);
    warn_dropped(&sweep->matrix);
    ib_warn_misfits(stderr, sweep);
    warn_of_load();
}

/* The sweep itself failed: not a case, but its store or its surroundings. */
static int print_broken_off(const char *dir)
{
    char path[PATH_MAX];
    const int status = ib_run_error();
    if (ib_run_folder_path(dir, path) == IB_OK && access(path, F_OK) == 0)
        ib_print_line(stderr, "results so far are kept. To continue, add: --resume --out %s", dir);
    return status;
}

static int run_sweep(struct ib_sweep *sweep, const char *dir, bool resume, const struct output *output)
{
    struct ib_run_dir target;
    struct ib_progress progress;
    if (ib_pin_check(&sweep->config.measure) != IB_OK ||
        ib_run_dir_open(sweep, dir, resume, &target) != IB_OK)
        return ib_usage_error();
    if (!target.locked)
        ib_print_line(stderr, "%s: this file system refuses locks; start no other ironbench in this folder",
                      target.dir);
    if (!output->quiet)
        warn(sweep);
    struct ib_live_table table;
    ib_live_table_open(&sweep->matrix, sweep->config.measure.rounds, &table);
    ib_progress_begin(&progress, output->quiet);
    ib_progress_use_table(&progress, &table);
    enum ib_status status = ib_run(&sweep->config, &sweep->matrix, target.store, target.dir, target.progress,
                                   ib_progress_show, &progress);
    ib_progress_end(&progress, sweep->matrix.n);
    ib_live_table_close(&table);
    ib_matrix_free(&sweep->matrix); /* of many cases, it takes as much memory as a third of the report */
    int exit_status = status != IB_OK ? print_broken_off(target.dir)
                      : ib_interrupted()
                          ? print_interrupted(target.dir)
                          : conclude(target.dir, ib_store_record(target.store), &sweep->config, output);
    ib_run_dir_close(&target);
    return exit_status;
}

/* The part of the sweep that is run. */
struct share {
    const char *shard, *earlier; /* the flags; NULL: not given */
    struct ib_shard of;
};

static enum ib_status check_share(struct share *share)
{
    if (share->shard)
        IB_TRY(ib_args_shard("--shard", share->shard, &share->of));
    else if (share->earlier)
        return ib_fail(IB_EINVAL, "--earlier", "requires --shard");
    return ib_args_folder("--earlier", share->earlier);
}

static int run_main(const struct ib_command *command, int argc, char **argv)
{
    const char *config, *dir = NULL, *resume = NULL, *quiet = NULL, *json = NULL, *colour = NULL;
    struct share share = {0};
    struct ib_sweep_flags sweep_flags = {0};
    bool done;
    struct ib_sweep sweep;
    const struct ib_flag flags[] = {
        IB_SWEEP_FLAGS(sweep_flags),
        {IB_SANDBOX_FLAG, NULL, IB_SANDBOX_HELP, &sweep_flags.sandbox, NULL},
        {"--out", "DIR", "folder for the run; default: results/runs/NAME-UTC", &dir, NULL},
        {"--resume", NULL, "continue an interrupted run: that in --out, or the newest of CONFIG", &resume,
         NULL},
        {"--shard", "I/N", "run only part I of N of the cases; see also `plan --shards` and `merge`",
         &share.shard, NULL},
        IB_EARLIER_FLAG(&share.earlier),
        {"--color", "auto|always|never", "colours of the table; default: auto", &colour, NULL},
        {"--json", NULL, "print one line of JSON per case instead of the table", &json, NULL},
        {"--quiet", NULL, "print errors only", &quiet, NULL},
        {NULL}};
    struct output output = {.colour = IB_COLOUR_AUTO};
    if (ib_args_read(command, flags, argc, argv, &config, 1, &done) != IB_OK ||
        ib_args_word("--color", colour, ib_colour_words, &output.colour) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (check_share(&share) != IB_OK || (sweep_flags.sandbox && ib_sandbox_workers(IB_SANDBOX_FLAG) != IB_OK))
        return ib_usage_error();
    if (ib_run_dir_check(dir, resume != NULL) != IB_OK) /* what is wrong here need not wait for any worker */
        return ib_usage_error();
    if (ib_sweep_open(config, sweep_flags.keep, sweep_flags.drop, sweep_flags.plugins, &sweep) != IB_OK)
        return ib_usage_error();
    sweep.shard = share.of;
    sweep.earlier = share.earlier;
    output.quiet = quiet != NULL;
    output.json = json != NULL;
    int status = run_sweep(&sweep, dir, resume != NULL, &output);
    ib_sweep_close(&sweep);
    return status;
}

const struct ib_command ib_command_run = {
    .name = "run",
    .usage = "run CONFIG [-s SELECT] [-x EXCLUDE] [--plugin FILE.so] [--out DIR] [--resume] [--shard I/N] "
             "[flags]",
    .summary = "run a sweep: check and time every case, write a report",
    .detail = IB_CONFIG_HELP
    "Every case of its matrix is trained once and its answer compared with the oracle; then all\n"
    "cases are timed in interleaved rounds. The results go to DIR: run.sqlite, report.html, report.md\n"
    "and charts/.\n\n" IB_CONDITION_HELP,
    .main = run_main,
};
