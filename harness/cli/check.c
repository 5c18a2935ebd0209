#include "check/check.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "base/sandbox.h"
#include "cli/sweep_flags.h"
#include "config/config.h"
#include "report/check_report.h"
#include "report/progress.h"
#include "report/render.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_S 60.0

struct request {
    const char *subject;        /* an implementation or the path of a plugin; NULL: see command */
    const char *const *command; /* an external program and its arguments; ends with NULL */
    const char *plugin[IB_FLAG_LIST + 1], *option[IB_FLAG_LIST + 1], *model[IB_FLAG_LIST + 1];
    const char *operation[IB_FLAG_LIST + 1];
    const char *as_json, *quick, *timeout, *sandbox, *no_sandbox;
    double timeout_s;
    const char *why_none; /* there is no sandbox, where one is wanted if possible */
};

/* ---- printing ---- */

/* On a terminal always, in a log now and then. */
static void show_subject(void *context, const char *subject)
{
    struct ib_arena arena = {0};
    struct ib_heartbeat *heartbeat = context;
    const uint64_t now_ns = ib_now_ns();
    const char *plain = ib_plain(&arena, subject);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K%.70s", plain);
    else if (ib_heartbeat_due(heartbeat, now_ns))
        fprintf(stderr, "after %.0f s: checking %s\n", (double)(now_ns - heartbeat->begin_ns) / 1e9, plain);
    ib_arena_free(&arena);
}

static void print(const struct request *r, const struct ib_impl_info *info,
                  const struct ib_check_result *check_result)
{
    struct ib_arena arena = {0};
    struct ib_doc doc = {.arena = &arena};
    if (!r->as_json && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (r->as_json) {
        json_t *result = ib_check_report_to_json(info, check_result);
        ib_json_print(stdout, result, JSON_COMPACT | JSON_REAL_PRECISION(17));
        putchar('\n');
        json_decref(result);
    } else {
        ib_check_report(&doc, info, check_result);
        ib_render_text(stdout, &doc, IB_COLOUR_AUTO);
    }
    fflush(stdout);
    ib_arena_free(&arena);
}

static uint64_t timeout_ns(const struct request *r)
{
    return (uint64_t)(r->timeout_s * 1e9);
}

/* ---- one implementation, or all of a plugin ---- */

static int exit_status(enum ib_check_verdict verdict)
{
    switch (verdict) {
    case IB_CHECK_RIGHT:
        return IB_EXIT_OK;
    case IB_CHECK_WRONG:
        return IB_EXIT_WRONG;
    case IB_CHECK_FAILED:
    case IB_CHECK_NOTHING:
        break;
    }
    return IB_EXIT_FAILED;
}

static int check_one(const struct request *r, struct ib_registry *registry, const char *name)
{
    struct ib_check_result check_result;
    struct ib_heartbeat heartbeat = ib_heartbeat_begin(ib_now_ns());
    const struct ib_check_request request = {
        .name = name,
        .options = r->option,
        .models = r->model,
        .operations = r->operation,
        .quick = r->quick != NULL,
        .timeout_ns = timeout_ns(r),
        .option_flag = "--option",
        .model_flag = "--model",
        .operation_flag = "--operation",
        .progress = r->as_json ? NULL : show_subject,
        .progress_context = &heartbeat,
    };
    enum ib_status status = ib_check_run(registry, &request, &check_result);
    int result = IB_EXIT_OK;
    check_result.sandbox = ib_workers_sandbox_name();
    check_result.no_sandbox = r->why_none;
    if (status == IB_OK && ib_interrupted()) {
        fprintf(stderr, "interrupted: nothing was decided\n");
        result = IB_EXIT_INTERRUPTED;
    } else if (status == IB_OK) {
        print(r, ib_registry_find(registry, name), &check_result);
        result = exit_status(ib_check_result_verdict(&check_result));
    }
    ib_check_result_free(&check_result);
    return status == IB_OK ? result : ib_usage_error();
}

/* Returns the first of 2, 3, 4 that is among two exit statuses. */
static int worse(int a, int b)
{
    return a == IB_EXIT_OK || (b != IB_EXIT_OK && b < a) ? b : a;
}

static bool is_path(const char *subject)
{
    const size_t n = strlen(subject);
    return strchr(subject, '/') || (n > 3 && strcmp(subject + n - 3, ".so") == 0);
}

static int check_all(const struct request *r, struct ib_registry *registry)
{
    int result = IB_EXIT_OK;
    for (const char *const *name = ib_registry_names(registry); *name; name++) {
        if (!r->as_json && name != ib_registry_names(registry))
            putchar('\n');
        result = worse(result, check_one(r, registry, *name));
        if (ib_interrupted())
            return IB_EXIT_INTERRUPTED;
    }
    return result;
}

/* Code from elsewhere may be anything, so that it is confined if possible. */
static enum ib_status use_sandbox(struct request *r)
{
    const bool from_elsewhere = r->command || is_path(r->subject);
    if (r->sandbox)
        return ib_sandbox_workers(IB_SANDBOX_FLAG);
    if (from_elsewhere && !r->no_sandbox && ib_sandbox_workers(r->subject) != IB_OK)
        r->why_none = ib_sandbox_missing();
    return IB_OK;
}

static int check(struct request *r)
{
    struct ib_registry *registry = NULL;
    const struct ib_external program = {.name = "program", .command = r->command, .where = "--"};
    const bool whole = r->command || is_path(r->subject); /* everything in the registry */
    if (use_sandbox(r) != IB_OK)
        return ib_usage_error();
    enum ib_status status = r->command ? ib_registry_open_external(&program, timeout_ns(r), &registry)
                            : whole    ? ib_registry_open_plugin(r->subject, &registry)
                                       : ib_registry_open(r->plugin, &registry);
    if (status != IB_OK)
        return ib_usage_error();
    int result = whole ? check_all(r, registry) : check_one(r, registry, r->subject);
    ib_registry_close(registry);
    return result;
}

/* ---- the command line ---- */

static enum ib_status read_timeout(struct request *r)
{
    r->timeout_s = TIMEOUT_S;
    if (r->timeout &&
        (!ib_parse_f64(r->timeout, &r->timeout_s) || !(r->timeout_s >= 0.1) || !(r->timeout_s <= 86400)))
        return ib_fail(IB_EINVAL, "--timeout", "`%s` is not allowed: seconds, from 0.1 to 86400", r->timeout);
    return IB_OK;
}

/* The arguments after "--" are the command of an external program. Returns the number of those before it. */
static int cut_command(int argc, char **argv, struct request *r)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            r->command = (const char *const *)&argv[i + 1]; /* argv ends with NULL */
            return i;
        }
    return argc;
}

static enum ib_status read_request(const struct ib_command *command, int argc, char **argv, struct request *r,
                                   bool *done)
{
    const struct ib_flag flags[] = {
        {"--quick", NULL, "skip the largest sizes and most trainings", &r->quick, NULL},
        {"--model", "MODEL", "train only this model; may be repeated", NULL, r->model},
        {"--operation", "NAME", "check only this operation, and no training; may be repeated", NULL,
         r->operation},
        {"--option", "NAME=VALUE", "an option of the implementation; may be repeated", NULL, r->option},
        IB_PLUGIN_FLAG(r->plugin),
        {"--timeout", "SECONDS", "limit for one operation in one type, or one training; default: 60",
         &r->timeout, NULL},
        {IB_SANDBOX_FLAG, NULL, IB_SANDBOX_HELP "; default for a path or COMMAND", &r->sandbox, NULL},
        {"--no-sandbox", NULL, "do not confine a path or COMMAND either", &r->no_sandbox, NULL},
        {"--json", NULL, "print one line of JSON for each implementation", &r->as_json, NULL},
        {NULL}};
    const int own = cut_command(argc, argv, r);
    IB_TRY(ib_args_read(command, flags, own, argv, &r->subject, r->command ? 0 : 1, done));
    if (*done)
        return IB_OK;
    if (r->command && !r->command[0])
        return ib_fail(IB_EINVAL, "--", "no command after it; usage: ironbench %s", command->usage);
    if (r->operation[0] && (r->command || r->model[0]))
        return ib_fail(IB_EINVAL, "--operation", "excludes %s",
                       r->command ? "an external program, which has no operations" : "--model");
    if (r->sandbox && r->no_sandbox)
        return ib_fail(IB_EINVAL, IB_SANDBOX_FLAG, "excludes --no-sandbox");
    if (r->plugin[0] && (r->command || is_path(r->subject)))
        return ib_fail(IB_EINVAL, "--plugin", "requires the name of an implementation, not `%s`",
                       r->command ? r->command[0] : r->subject);
    return read_timeout(r);
}

static int check_main(const struct ib_command *command, int argc, char **argv)
{
    struct request r = {0};
    bool done;
    if (read_request(command, argc, argv, &r, &done) != IB_OK)
        return ib_usage_error();
    return done ? IB_EXIT_OK : check(&r);
}

const struct ib_command ib_command_check = {
    .name = "check",
    .usage = "check IMPL|PLUGIN.so|-- COMMAND... [--quick] [--json] [--model MODEL] [--option NAME=VALUE]",
    .summary = "test whether an implementation is right; if not, say which operation is wrong, and how",
    .detail =
        "Tests every operation in both types on awkward shapes, gradients, trainings of all models against\n"
        "the oracle, predictions, repeatability, copies and options. COMMAND is an external program that\n"
        "speaks impls/PROTOCOL.md; only whole trainings are tested. Flags go before `-- COMMAND`.\n"
        "Exit status: 0 right, 2 usage error, 3 wrong, 4 crashed, hung or unavailable.",
    .main = check_main,
};
