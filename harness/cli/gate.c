#include "gate/gate.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/sweep_flags.h"
#include "cli/warnings.h"
#include "gate/selftest.h"
#include "report/annotations.h"
#include "report/gate_json.h"
#include "report/gate_report.h"
#include "report/junit.h"
#include "report/progress.h"
#include "report/render.h"
#include "run/pin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct outputs {
    const char *junit, *markdown; /* files; NULL: not wanted */
    bool json, quiet;
};

/* ---- printing ---- */

typedef void print_fn(FILE *, struct ib_arena *, const struct ib_gate_result *);

static enum ib_status write_file(const char *path, print_fn *print, struct ib_arena *arena,
                                 const struct ib_gate_result *result)
{
    FILE *file = path ? fopen(path, "we") : NULL;
    if (!path)
        return IB_OK;
    if (!file)
        return ib_fail_errno(path, "cannot write this file");
    print(file, arena, result);
    bool written = !ferror(file);
    return fclose(file) == 0 && written ? IB_OK : ib_fail_errno(path, "cannot write this file");
}

static void print_result(struct ib_arena *arena, const struct ib_gate_result *result,
                         const struct outputs *outputs)
{
    struct ib_doc doc = {.arena = arena};
    const char *on_github = getenv("GITHUB_ACTIONS");
    if (outputs->json) {
        json_t *json = ib_gate_to_json(result);
        ib_json_print(stdout, json, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
        putchar('\n');
        json_decref(json);
    } else if (!outputs->quiet) {
        ib_gate_page(&doc, result);
        ib_render_text(stdout, &doc, IB_COLOUR_AUTO);
    }
    if (on_github && strcmp(on_github, "true") == 0 && !outputs->json)
        ib_gate_annotations(stdout, arena, result);
}

static int report_result(const struct ib_gate_result *result, const struct outputs *outputs)
{
    struct ib_arena arena = {0};
    int status = result->exit_status;
    print_result(&arena, result, outputs);
    if (status != IB_EXIT_OK)
        fprintf(stderr, "ironbench: gate: %s\n", ib_gate_headline(&arena, result));
    if (write_file(outputs->junit, ib_gate_junit, &arena, result) != IB_OK ||
        write_file(outputs->markdown, ib_gate_markdown, &arena, result) != IB_OK) {
        int unwritten = ib_run_error();
        status = status == IB_EXIT_WRONG ? status : unwritten;
    }
    ib_arena_free(&arena);
    return status;
}

/* ---- the gate ---- */

/* Asked before the gate starts, which takes minutes: a result that cannot be written would be lost. */
static enum ib_status check_writable(const char *path)
{
    struct stat info;
    if (!path)
        return IB_OK;
    const bool exists = stat(path, &info) == 0;
    if (exists && S_ISDIR(info.st_mode))
        return ib_fail(IB_EIO, path, "cannot write this file: it is a folder");
    struct ib_arena arena = {0};
    enum ib_status status = access(exists ? path : ib_file_folder(&arena, path), W_OK) == 0
                                ? IB_OK
                                : ib_fail_errno(path, "cannot write this file");
    ib_arena_free(&arena);
    return status;
}

/* What the gate will be able to see, as far as a self-test of this machine says. One that was measured in
 * pairs says nothing about a comparison with a file. */
static void tell_forecast(const struct ib_sweep *sweep, const struct ib_gate_request *request)
{
    struct ib_arena arena = {0};
    struct ib_machine machine;
    struct ib_selftest self;
    const char *why;
    if (!request->against || request->speed == IB_SPEED_OFF)
        return;
    ib_machine_describe(&arena, &machine);
    const bool known = ib_selftest_load(&arena, &machine, &self, &why) == IB_KEPT_KNOWN;
    ib_print_line(stderr, "gate: %s",
                  known ? ib_selftest_forecast(&arena, &self, &sweep->config.gate, sweep->matrix.n) : why);
    ib_arena_free(&arena);
}

static int run_gate(const struct ib_sweep *sweep, struct ib_gate_request *request,
                    const struct outputs *outputs)
{
    struct ib_progress progress;
    struct ib_gate_result result;
    ib_progress_begin(&progress, outputs->quiet || outputs->json);
    request->progress = ib_progress_show;
    request->progress_context = &progress;
    enum ib_status status = ib_gate(sweep, request, &result);
    bool interrupted = ib_interrupted();
    ib_progress_end(&progress, sweep->matrix.n);
    if (status != IB_OK)
        return status == IB_EINVAL ? ib_usage_error() : ib_run_error();
    int exit_status = IB_EXIT_INTERRUPTED;
    if (interrupted)
        fprintf(stderr, "interrupted: no result\n");
    else
        exit_status = report_result(&result, outputs);
    ib_gate_result_free(&result);
    return exit_status;
}

static enum ib_status check_request(const struct ib_gate_request *request, const struct ib_sweep_flags *flags)
{
    if (!request->against == !request->baseline)
        return ib_fail(IB_EINVAL, "gate", "needs either --against or --baseline");
    if (request->baseline && (*flags->keep || *flags->drop))
        return ib_fail(
            IB_EINVAL, "gate",
            "-s and -x require --against: with a baseline, cases that are left out would count as missing");
    return IB_OK;
}

static int open_and_run(const char *config, const struct ib_sweep_flags *flags,
                        struct ib_gate_request *request, const struct outputs *outputs)
{
    struct ib_sweep sweep;
    if (check_writable(outputs->junit) != IB_OK || check_writable(outputs->markdown) != IB_OK)
        return ib_run_error();
    if (flags->sandbox && ib_sandbox_workers(IB_SANDBOX_FLAG) != IB_OK)
        return ib_usage_error();
    if (ib_sweep_open(config, flags->keep, flags->drop, flags->plugins, &sweep) != IB_OK)
        return ib_usage_error();
    if (!outputs->quiet) {
        ib_warn_misfits(stderr, &sweep);
        tell_forecast(&sweep, request);
    }
    int status =
        ib_pin_check(&sweep.config.measure) == IB_OK ? run_gate(&sweep, request, outputs) : ib_usage_error();
    ib_sweep_close(&sweep);
    return status;
}

static int gate_main(const struct ib_command *command, int argc, char **argv)
{
    const char *config, *allow = NULL, *strict = NULL, *speed = NULL, *json = NULL, *quiet = NULL;
    struct ib_sweep_flags sweep_flags = {0};
    struct ib_gate_request request = {0};
    struct outputs outputs = {0};
    int speed_value = IB_SPEED_GATES;
    bool done;
    const struct ib_flag flags[] = {
        {"--against", "OLD", "the old program, or a plugin (.so) with the old implementations",
         &request.against, NULL},
        {"--baseline", "NAME", "a baseline made by `ironbench baseline save`", &request.baseline, NULL},
        IB_SWEEP_FLAGS(sweep_flags),
        {IB_SANDBOX_FLAG, NULL, IB_SANDBOX_HELP, &sweep_flags.sandbox, NULL},
        {"--speed", "gate|report|off", "gate (default), report (slowdowns do not fail) or off", &speed, NULL},
        {"--strict", NULL, "exit with 5 if a speed is undecided", &strict, NULL},
        {"--allow-missing", NULL, "do not fail on missing cases", &allow, NULL},
        {"--out", "DIR", "keep both runs, in DIR/new and DIR/old", &request.out, NULL},
        {"--junit", "FILE", "write the result as JUnit XML", &outputs.junit, NULL},
        {"--markdown", "FILE", "write a comment for a pull request", &outputs.markdown, NULL},
        {"--json", NULL, "print JSON", &json, NULL},
        {"--quiet", NULL, "print errors only", &quiet, NULL},
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, &config, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (check_request(&request, &sweep_flags) != IB_OK ||
        ib_args_word("--speed", speed, ib_gate_speed_words, &speed_value) != IB_OK)
        return ib_usage_error();
    request.speed = (enum ib_gate_speed)speed_value;
    request.strict = strict != NULL;
    request.allow_missing = allow != NULL;
    outputs.json = json != NULL;
    outputs.quiet = quiet != NULL;
    return open_and_run(config, &sweep_flags, &request, &outputs);
}

const struct ib_command ib_command_gate = {
    .name = "gate",
    .usage = "gate CONFIG --against OLD | --baseline NAME [flags]",
    .summary = "fail if a change is less accurate, copies more, loses cases, is slower or needs more memory",
    .detail =
        "Prefer --against: old and new are timed in pairs, within the same minutes, and no file has to\n"
        "be kept. --baseline compares with a file: answers and copies on any machine, speed only on the\n"
        "same machine. The section `gate` of CONFIG sets the tolerances.\n"
        "Exit status: 0 passed, 3 wrong answers or more copies, 4 failed or missing cases, 1 slower or\n"
        "more memory, 5 undecided (with --strict); if several apply, the first of these.",
    .main = gate_main,
};
