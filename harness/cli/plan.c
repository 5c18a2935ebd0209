#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/guesses.h"
#include "cli/sweep_flags.h"
#include "cli/warnings.h"
#include "config/sweep.h"
#include "run/shards.h"
#include "run/sweep_duration.h"
#include "store/run_history.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define EARLIER_RUNS "results/runs" /* where `run` stores runs by default */

struct plan {
    const struct ib_config *config;
    const struct ib_matrix *matrix;
    const char *runs; /* folder of the earlier runs */
    struct ib_estimate estimate;
    uint64_t n_shards; /* 0: it is not divided */
    struct ib_division division;
    bool is_measured; /* it is balanced by earlier runs, as far as there are any */
};

static double minutes(double ns)
{
    return ns / 60e9;
}

static double total_ns(const struct ib_estimate *e)
{
    return e->checked_ns + e->oracle_ns + e->timed_ns + e->process_ns + e->stops_ns;
}

/* ---- as text ---- */

static void print_estimate(const struct plan *plan, bool may_stop_early)
{
    const struct ib_estimate *e = &plan->estimate;
    char total[32], checked[32], oracle[32], timed[32], part[32];
    printf("about %s%s: timing %s, checking %s, oracle %s", ib_print_wait(total_ns(e), total, sizeof total),
           may_stop_early ? " at most" : "", ib_print_wait(e->timed_ns, timed, sizeof timed),
           ib_print_wait(e->checked_ns, checked, sizeof checked),
           ib_print_wait(e->oracle_ns, oracle, sizeof oracle));
    if (e->stops_ns > 0)
        printf(", other algorithms to target losses %s", ib_print_wait(e->stops_ns, part, sizeof part));
    if (e->process_ns > 0)
        printf(", whole processes %s", ib_print_wait(e->process_ns, part, sizeof part));
    putchar('\n');
    if (e->n_earlier)
        printf("  estimated from earlier runs in %s: %zu of %zu cases\n", plan->runs, e->n_earlier,
               e->n_earlier + e->n_assumed);
    if (e->n_assumed)
        printf("  not measured yet: %zu case%s, assumed to run at %.0f GFLOP/s\n", e->n_assumed,
               ib_plural(e->n_assumed), IB_ASSUMED_FLOPS_PER_S / 1e9);
}

/* Names the cases whose passes will not end within the limit, as far as is known. */
static void print_timeouts(const struct plan *plan)
{
    enum { NAMED = 3 };
    const double limit_ns = (double)plan->config->measure.timeout_ns;
    char limit[32], needed[32];
    size_t n = 0;
    for (size_t i = 0; i < plan->matrix->n; i++) {
        const double pass_ns = plan->estimate.cases[i].pass_ns;
        if (pass_ns <= limit_ns)
            continue;
        if (n++ == 0)
            printf("warning: measure.timeout is %s, but one pass is estimated to take longer:\n",
                   ib_print_wait(limit_ns, limit, sizeof limit));
        if (n <= NAMED)
            printf("  %s: %s\n", plan->matrix->cases[i].id, ib_print_wait(pass_ns, needed, sizeof needed));
    }
    if (n > NAMED)
        printf("  and %zu more cases\n", n - NAMED);
}

/* "shard 2  ". */
enum { MARK_BYTES = 40 };
static const char *shard_mark(const struct plan *plan, size_t i, char mark[MARK_BYTES])
{
    mark[0] = '\0';
    if (plan->n_shards)
        snprintf(mark, MARK_BYTES, "shard %" PRIu64 "  ", plan->division.shard_of[i]);
    return mark;
}

static void print_shards(const struct plan *plan)
{
    char time[32];
    for (uint64_t i = 0; i < plan->n_shards; i++) {
        const struct ib_shard_share *share = &plan->division.shares[i];
        printf("shard %" PRIu64 "/%" PRIu64 ": %zu case%s of %zu problem%s, about %s\n", i + 1,
               plan->n_shards, share->cases, ib_plural(share->cases), share->problems,
               ib_plural(share->problems), ib_print_wait(share->ns, time, sizeof time));
    }
    if (plan->n_shards && !plan->is_measured)
        puts("  balanced by the work of each case; with --earlier DIR, by the times of the runs in DIR");
}

static void print_plan(const struct plan *plan)
{
    const struct ib_measure *m = &plan->config->measure;
    const int digits = snprintf(NULL, 0, "%zu", plan->matrix->n);
    char mark[MARK_BYTES];
    for (size_t i = 0; i < plan->matrix->n; i++) {
        const struct ib_case *c = &plan->matrix->cases[i];
        const struct ib_impl_info *info = c->impl->info;
        ib_print_line(stdout, "%*zu  %s%s%s%s%s", digits, i + 1, shard_mark(plan, i, mark), c->id,
                      info->available ? "" : "  (unavailable: ", info->available ? "" : info->reason,
                      info->available ? "" : ")");
    }
    printf("\n%zu case%s, ", plan->matrix->n, ib_plural(plan->matrix->n));
    if (m->min_rounds < m->max_rounds)
        printf("%" PRIu64 " to ", m->min_rounds);
    printf("%" PRIu64 " round%s each\n", m->max_rounds, ib_plural(m->max_rounds));
    print_estimate(plan, m->min_rounds < m->max_rounds);
    print_shards(plan);
    print_timeouts(plan);
    for (size_t i = 0; i < plan->matrix->n_dropped; i++)
        ib_print_line(stdout, "left out: %s (%" PRIu64 ")", plan->matrix->dropped[i].reason,
                      plan->matrix->dropped[i].count);
}

/* ---- as JSON, written piece by piece: a plan may have a great many cases ---- */

static void dump(const char *before, json_t *value)
{
    fputs(before, stdout);
    ib_json_print(stdout, value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    json_decref(value);
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *describe_case(const struct plan *plan, size_t i)
{
    const struct ib_case *c = &plan->matrix->cases[i];
    const struct ib_case_estimate *estimate = &plan->estimate.cases[i];
    const struct ib_impl_info *info = c->impl->info;
    const char *source = isnan(estimate->epoch_ns) ? NULL : estimate->earlier ? "earlier" : "assumed";
    const json_int_t shard = plan->n_shards ? (json_int_t)plan->division.shard_of[i] : 0;
    return json_pack("{s:s, s:o, s:b, s:o, s:o, s:s?, s:f, s:f, s:o}", "id", c->id, "impl",
                     ib_json_text(c->impl->label), "available", (int)info->available, "reason",
                     ib_json_text(info->available ? NULL : info->reason), "epoch_ns",
                     number_or_null(estimate->epoch_ns), "epoch_from", source, "minutes",
                     minutes(estimate->total_ns), "pass_minutes", minutes(estimate->pass_ns), "shard",
                     shard ? json_integer(shard) : json_null());
}

static json_t *describe_estimate(const struct ib_estimate *e)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:f}", "minutes", minutes(total_ns(e)),
                     "timed_minutes", minutes(e->timed_ns), "checked_minutes", minutes(e->checked_ns),
                     "oracle_minutes", minutes(e->oracle_ns), "whole_process_minutes", minutes(e->process_ns),
                     "stops_minutes", minutes(e->stops_ns), "cases_from_earlier_runs",
                     (json_int_t)e->n_earlier, "cases_assumed", (json_int_t)e->n_assumed,
                     "assumed_flops_per_s", IB_ASSUMED_FLOPS_PER_S);
}

/* null for a sweep that is not divided. */
static json_t *describe_shards(const struct plan *plan)
{
    json_t *list = plan->n_shards ? json_array() : json_null();
    for (uint64_t i = 0; i < plan->n_shards; i++) {
        const struct ib_shard_share *share = &plan->division.shares[i];
        json_array_append_new(list, json_pack("{s:I, s:I, s:I, s:f}", "shard", (json_int_t)i + 1, "cases",
                                              (json_int_t)share->cases, "problems",
                                              (json_int_t)share->problems, "minutes", minutes(share->ns)));
    }
    return list;
}

static void print_json(const struct plan *plan)
{
    const struct ib_matrix *matrix = plan->matrix;
    dump("{\"name\": ", json_string(plan->config->name));
    fputs(", \"cases\": [", stdout);
    for (size_t i = 0; i < matrix->n; i++)
        dump(i ? ",\n" : "\n", describe_case(plan, i));
    dump("\n], \"min_rounds\": ", json_integer((json_int_t)plan->config->measure.min_rounds));
    dump(", \"max_rounds\": ", json_integer((json_int_t)plan->config->measure.max_rounds));
    dump(", \"timeout_minutes\": ", json_real(minutes((double)plan->config->measure.timeout_ns)));
    dump(", \"estimate\": ", describe_estimate(&plan->estimate));
    dump(", \"shards\": ", describe_shards(plan));
    fputs(", \"left_out\": [", stdout);
    for (size_t i = 0; i < matrix->n_dropped; i++)
        dump(i ? ",\n" : "\n", json_pack("{s:o, s:I}", "reason", ib_json_text(matrix->dropped[i].reason),
                                         "count", (json_int_t)matrix->dropped[i].count));
    puts("\n]}");
}

/* ---- the command ---- */

struct request {
    const char *shards, *earlier, *as_json; /* the flags; NULL: not given */
    uint64_t n_shards;
};

static const double *epochs_of(struct ib_sweep *sweep, const char *runs, enum ib_runs which)
{
    const struct ib_matrix *matrix = &sweep->matrix;
    double *epoch_ns = ib_arena_alloc(&sweep->config.arena, matrix->n * sizeof *epoch_ns);
    ib_run_history_epochs(runs, which, matrix->cases, matrix->n, epoch_ns);
    return epoch_ns;
}

static enum ib_status make_plan(struct ib_sweep *sweep, const struct request *request, struct plan *plan)
{
    struct ib_arena *arena = &sweep->config.arena;
    const struct ib_measure *measure = &sweep->config.measure;
    *plan = (struct plan){.config = &sweep->config,
                          .matrix = &sweep->matrix,
                          .runs = request->earlier ? request->earlier : EARLIER_RUNS,
                          .n_shards = request->n_shards,
                          .is_measured = request->earlier != NULL};
    ib_estimate(measure, plan->matrix, epochs_of(sweep, plan->runs, IB_ALL_RUNS), arena, &plan->estimate);
    if (!plan->n_shards)
        return IB_OK;
    return ib_divide(measure, plan->matrix, epochs_of(sweep, request->earlier, IB_WHOLE_RUNS), plan->n_shards,
                     "--shards", arena, &plan->division);
}

static int print(struct ib_sweep *sweep, const struct request *request)
{
    struct plan plan;
    if (make_plan(sweep, request, &plan) != IB_OK)
        return ib_usage_error();
    ib_print_guesses(&sweep->matrix);
    (request->as_json ? print_json : print_plan)(&plan);
    if (!request->as_json)
        ib_warn_misfits(stdout, sweep);
    return IB_EXIT_OK;
}

static enum ib_status check_request(struct request *request)
{
    if (request->shards)
        IB_TRY(ib_args_count("--shards", request->shards, IB_SHARDS_MAX, &request->n_shards));
    return ib_args_folder("--earlier", request->earlier);
}

static int plan_main(const struct ib_command *command, int argc, char **argv)
{
    const char *config;
    struct request request = {0};
    struct ib_sweep_flags sweep_flags = {0};
    bool done;
    struct ib_sweep sweep;
    const struct ib_flag flags[] = {IB_SWEEP_FLAGS(sweep_flags),
                                    {"--shards", "N",
                                     "show how N machines would divide the cases (`run --shard`)",
                                     &request.shards, NULL},
                                    IB_EARLIER_FLAG(&request.earlier),
                                    {"--json", NULL, "print JSON", &request.as_json, NULL},
                                    {NULL}};
    if (ib_args_read(command, flags, argc, argv, &config, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (check_request(&request) != IB_OK)
        return ib_usage_error();
    if (ib_sweep_open(config, sweep_flags.keep, sweep_flags.drop, sweep_flags.plugins, &sweep) != IB_OK)
        return ib_usage_error();
    const int status = print(&sweep, &request);
    ib_sweep_close(&sweep);
    return status;
}

const struct ib_command ib_command_plan = {
    .name = "plan",
    .usage = "plan CONFIG [-s SELECT] [-x EXCLUDE] [--plugin FILE.so] [--shards N] [--json]",
    .summary = "show the cases of a run, how long it will take, and which combinations are left out",
    .detail = IB_CONFIG_HELP IB_CONDITION_HELP,
    .main = plan_main,
};
