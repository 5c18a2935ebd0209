#include "gate/selftest.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/paths.h"
#include "base/plain_text.h"
#include "cli/args.h"
#include "report/progress.h"
#include "report/render.h"
#include "report/selftest_report.h"
#include "run/pin.h"

#include <stdio.h>

#define MINUTES       4.0
#define MINUTES_LEAST 0.1
#define MINUTES_MOST  600.0

struct request {
    const char *config, *json, *quiet;
    double minutes;
};

static void print_result(struct ib_arena *arena, const struct ib_selftest *self,
                         const struct ib_machine *machine, const struct request *request)
{
    struct ib_doc doc = {.arena = arena};
    if (request->json) {
        json_t *json = ib_selftest_to_json(self, machine, false);
        ib_json_print(stdout, json, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
        putchar('\n');
        json_decref(json);
    } else {
        ib_selftest_page(&doc, self);
        ib_render_text(stdout, &doc, IB_COLOUR_AUTO);
    }
}

/* Printed even if it cannot be kept. */
static int conclude(struct ib_arena *arena, const struct ib_noise *noise, double seconds,
                    const struct request *request)
{
    struct ib_machine machine;
    struct ib_selftest self;
    ib_machine_describe(arena, &machine);
    ib_selftest_judge(arena, noise, seconds, &self);
    self.path = ib_selftest_path(arena, &machine);
    print_result(arena, &self, &machine, request);
    if (ib_selftest_save(&self, &machine) != IB_OK)
        return ib_run_error();
    if (!request->quiet)
        ib_print_line(request->json ? stderr : stdout, "kept in %s, for doctor and gate", self.path);
    return IB_EXIT_OK;
}

static int measure(struct ib_arena *arena, const struct ib_sweep *sweep, const struct request *request)
{
    struct ib_progress progress;
    struct ib_noise noise;
    const uint64_t begin = ib_now_ns();
    ib_progress_begin(&progress, request->quiet || request->json);
    const enum ib_status status =
        ib_noise_measure(arena, sweep, 60 * request->minutes, ib_progress_show, &progress, &noise);
    if (status != IB_OK)
        return status == IB_EINVAL ? ib_usage_error() : ib_run_error();
    ib_progress_end(&progress, sweep->matrix.n);
    if (ib_interrupted()) {
        fprintf(stderr, "interrupted: no result\n");
        return IB_EXIT_INTERRUPTED;
    }
    return conclude(arena, &noise, (double)(ib_now_ns() - begin) / 1e9, request);
}

static int open_and_measure(struct request *request)
{
    static const char *const none[] = {NULL};
    struct ib_arena arena = {0};
    struct ib_sweep sweep;
    const char *config = request->config ? request->config : ib_home_path(&arena, "configs/selftest.yaml");
    int status = IB_EXIT_OK;
    if (ib_sweep_open(config, none, none, none, &sweep) != IB_OK) {
        status = ib_usage_error();
    } else {
        status = ib_pin_check(&sweep.config.measure) == IB_OK ? measure(&arena, &sweep, request)
                                                              : ib_usage_error();
        ib_sweep_close(&sweep);
    }
    ib_arena_free(&arena);
    return status;
}

static int selftest_main(const struct ib_command *command, int argc, char **argv)
{
    const char *minutes = NULL;
    struct request request = {.minutes = MINUTES};
    bool done;
    const struct ib_flag flags[] = {
        {"--time", "MINUTES", "how long to measure, 0.1 to 600, and at least 20 rounds; default: 4", &minutes,
         NULL},
        {"--config", "FILE", "measure these cases; default: configs/selftest.yaml", &request.config, NULL},
        {"--json", NULL, "print JSON (results/selftest.schema.json)", &request.json, NULL},
        {"--quiet", NULL, "print no progress", &request.quiet, NULL},
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, NULL, 0, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (minutes && (!ib_parse_f64(minutes, &request.minutes) || request.minutes < MINUTES_LEAST ||
                    request.minutes > MINUTES_MOST)) {
        ib_fail(IB_EINVAL, "--time", "`%s` is not allowed: minutes, from 0.1 to 600", IB_SHORT(minutes));
        return ib_usage_error();
    }
    return open_and_measure(&request);
}

const struct ib_command ib_command_selftest = {
    .name = "selftest",
    .usage = "selftest [--time MINUTES] [--config FILE] [--json] [--quiet]",
    .summary = "measure which slowdowns a gate finds on this machine, its false alarms, and what it costs",
    .detail =
        "Times trainings in pairs as `ironbench gate` does: each against itself, and with 1, 2, 3, 5 and 10 "
        "%\n"
        "more epochs, which count as no more. Gates drawn from these rounds are judged by the gate's own\n"
        "tests. The result is kept for this machine: doctor shows it, and gate begins with what it says.",
    .main = selftest_main,
};
