#include "cli/history_bisect.h"

#include "base/error.h"
#include "base/git.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/case_argument.h"
#include "cli/print_json.h"
#include "gate/bisect.h"
#include "report/repro_command.h"
#include "report/select_cases.h"
#include "store/history.h"

#include <stdio.h>
#include <string.h>

/* ---- the case ---- */

/* The conditions of a case, with its options. */
static const char *conditions_of(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *text = ib_case_conditions(arena, c);
    for (size_t i = 0; i < c->n_options; i++)
        text = ib_arena_print(arena, "%s,%s=%s", text, c->options[i].name, c->options[i].value);
    return text;
}

/* The cases of a record that meet the flags so far, in a copy of it. */
static enum ib_status select_cases(struct ib_arena *arena, const struct ib_run_record *all, const char *keep,
                                   const char *const *drop, struct ib_run_record *out)
{
    *out = *all;
    out->arena = (struct ib_arena){0};
    out->cases = ib_arena_alloc(arena, (all->n + 1) * sizeof *out->cases);
    memcpy(out->cases, all->cases, all->n * sizeof *out->cases);
    const enum ib_status status = ib_select_cases(out, (const char *const[]){keep, NULL}, drop);
    ib_arena_free(&out->arena);
    return status;
}

/* The flags that leave only this case: its own conditions, without cases of further options. */
static enum ib_status make_selection(struct ib_arena *arena, const struct ib_run_record *all,
                                     const struct ib_case_record *c, const char *const **out)
{
    const char *keep = conditions_of(arena, c);
    const char *const none[] = {NULL};
    struct ib_run_record met;
    IB_TRY(select_cases(arena, all, keep, none, &met));
    const char **flags = ib_arena_alloc(arena, (2 * met.n + 2) * sizeof *flags),
               **drop = ib_arena_alloc(arena, (met.n + 1) * sizeof *drop);
    size_t n = 0, n_drop = 0;
    flags[n++] = "-s";
    flags[n++] = keep;
    for (size_t i = 0; i < met.n; i++) {
        if (strcmp(met.cases[i].id, c->id) == 0)
            continue;
        flags[n++] = "-x";
        flags[n++] = drop[n_drop++] = conditions_of(arena, &met.cases[i]);
    }
    *out = flags;
    if (n_drop && (select_cases(arena, all, keep, drop, &met) != IB_OK || met.n != 1))
        return ib_fail(IB_EINVAL, "CASE", "conditions of -s cannot tell %s from other cases", c->id);
    return IB_OK;
}

/* ---- what is built ---- */

/* The newest run that has the case. */
static const struct ib_history_point *newest_point(const struct ib_history *h, const struct ib_case_record *c)
{
    const struct ib_history_point *newest = NULL;
    for (size_t i = 0; i < h->n; i++)
        for (size_t k = 0; h->series[i].c == c && k < h->series[i].n; k++)
            if (!newest || strcmp(newest->run->started, h->series[i].points[k].run->started) <= 0)
                newest = &h->series[i].points[k];
    return newest;
}

/* The configuration: that of the newest run, unless another one is given. */
static enum ib_status find_config(struct ib_arena *arena, const struct ib_history_point *point,
                                  const char *given, struct ib_bisect *out)
{
    const struct ib_source_record *first = point->run->n_sources ? &point->run->sources[0] : NULL;
    struct ib_git_state state;
    if (given) {
        ib_git_state_of(arena, given, &state);
        if (!state.commit)
            return ib_fail(IB_EINVAL, given, "must be in the repository: %s", state.reason);
        out->config = state.path;
        return IB_OK;
    }
    if (!first || first->impl || !first->commit)
        return ib_fail(IB_EINVAL, "--config",
                       "is needed: the newest run of this case has no configuration in a repository");
    out->config = first->path;
    return IB_OK;
}

/* What the gate compares: ironbench itself, if --program says so, or the plugin of the case. */
static enum ib_status find_product(const struct ib_history_point *point, const struct ib_case_record *c,
                                   const char *program, struct ib_bisect *out)
{
    const struct ib_source_record *source = point->source;
    out->is_program = program != NULL;
    out->product = program ? program : source ? source->path : NULL;
    if (program && (program[0] == '/' || strncmp(program, "../", 3) == 0))
        return ib_fail(IB_EINVAL, "--program", "`%s` must be a path from the root of the repository",
                       program);
    if (program || (source && source->kind == IB_SOURCE_PLUGIN && source->commit))
        return IB_OK;
    if (source && source->kind == IB_SOURCE_PROGRAM)
        return ib_fail(
            IB_EINVAL, "CASE",
            "%s is an external program, of which the gate cannot run two versions: only plugins, and "
            "ironbench with --program, can be bisected",
            c->axis[IB_AXIS_IMPL]);
    return ib_fail(IB_EINVAL, "--program",
                   "is needed: %s is not from a plugin in a repository; name the ironbench that the build "
                   "command makes",
                   c->axis[IB_AXIS_IMPL]);
}

/* ---- the command ---- */

struct request {
    const char *arguments[3]; /* CASE GOOD BAD */
    const char *file, *config, *program, *json;
    const char *const *build; /* ends with NULL */
};

static enum ib_status fill_bisect(struct ib_arena *arena, const struct ib_history *h,
                                  const struct request *request, struct ib_bisect *out)
{
    const struct ib_case_record *c;
    IB_TRY(ib_case_argument(arena, &h->cases, request->arguments[0], &c));
    const struct ib_history_point *point = newest_point(h, c);
    if (!point)
        return ib_fail(IB_EINVAL, "CASE", "no run of this history has %s", c->id);
    *out = (struct ib_bisect){
        .good = request->arguments[1], .bad = request->arguments[2], .build = request->build};
    IB_TRY(make_selection(arena, &h->cases, c, &out->selection));
    IB_TRY(find_config(arena, point, request->config, out));
    return find_product(point, c, request->program, out);
}

enum { BISECT_SCHEMA = 1 };

static void print_json(const struct ib_bisect_result *result)
{
    json_t *commits = json_array();
    for (size_t i = 0; i < result->n; i++)
        json_array_append_new(commits, json_pack("{s:o, s:o}", "hash", ib_json_text(result->list[i].hash),
                                                 "subject", ib_json_text(result->list[i].subject)));
    ib_print_json(
        json_pack("{s:i, s:b, s:o}", "schema", BISECT_SCHEMA, "decided", result->n == 1, "commits", commits));
}

static void print_commits(const struct ib_bisect_result *result)
{
    if (result->n > 1)
        printf("undecided, since these commits cannot be built or judged; the change is in one of them:\n");
    for (size_t i = 0; i < result->n; i++)
        ib_print_line(stdout, "%s%s %s", result->n > 1 ? "  " : "first worse commit: ", result->list[i].hash,
                      result->list[i].subject);
}

static enum ib_status bisect(struct ib_arena *arena, struct ib_history *history,
                             const struct request *request, struct ib_bisect_result *result)
{
    sqlite3 *db;
    struct ib_bisect bisection;
    IB_TRY(ib_history_open(request->file ? request->file : IB_HISTORY_FILE, false, &db));
    enum ib_status status = ib_history_read(db, history);
    if (status == IB_OK)
        status = ib_history_read_series(db, history);
    sqlite3_close(db);
    if (status == IB_OK)
        status = fill_bisect(arena, history, request, &bisection);
    return status == IB_OK ? ib_bisect(arena, &bisection, result) : status;
}

static int run_bisect(const struct request *request)
{
    struct ib_arena arena = {0};
    struct ib_history history = {0};
    struct ib_bisect_result result = {0};
    int exit_status = IB_EXIT_INTERRUPTED;
    const enum ib_status status = bisect(&arena, &history, request, &result);
    if (ib_interrupted())
        fprintf(stderr, "interrupted: no result\n");
    else if (status != IB_OK)
        exit_status = status == IB_EINVAL ? ib_usage_error() : ib_run_error();
    else
        exit_status = result.n == 1 ? IB_EXIT_OK : IB_EXIT_AMBIGUOUS;
    if (status == IB_OK && !ib_interrupted())
        (request->json ? print_json : print_commits)(&result);
    ib_history_free(&history);
    ib_arena_free(&arena);
    return exit_status;
}

/* The command line up to "--"; what follows is the build command. */
static int split(int argc, char **argv, const char *const **build)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            *build = (const char *const *)&argv[i + 1]; /* argv ends with NULL */
            return i;
        }
    return argc;
}

static int bisect_main(const struct ib_command *command, int argc, char **argv)
{
    struct request request = {.file = NULL};
    bool done;
    const struct ib_flag flags[] = {
        {"--file", "FILE", "the history; default: " IB_HISTORY_FILE, &request.file, NULL},
        {"--config", "CONFIG", "configuration, in the repository; default: that of the newest run",
         &request.config, NULL},
        {"--program", "PATH", "what changes is ironbench, which the build command makes at this path",
         &request.program, NULL},
        IB_JSON_FLAG(request.json),
        {NULL}};
    const int n = split(argc, argv, &request.build);
    if (ib_args_read(command, flags, n, argv, request.arguments, 3, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (!request.build || !request.build[0]) {
        ib_fail(IB_EINVAL, command->name, "missing build command; usage: ironbench %s", command->usage);
        return ib_usage_error();
    }
    return run_bisect(&request);
}

const struct ib_command ib_history_bisect = {
    .name = "history bisect",
    .usage = "history bisect CASE GOOD BAD [--file FILE] [--config CONFIG] [--program PATH] "
             "[--json] -- BUILD COMMAND",
    .summary = "find the commit that made a case worse, with `git bisect run` and the gate",
    .detail = "CASE is a case's number in the history, its id, or a unique part of its id; GOOD and BAD are "
              "commits\n"
              "of the repository in which this is run. BUILD COMMAND is run in temporary worktrees, and "
              "makes what\n"
              "the gate compares: the plugin of the case, or ironbench. Commits that cannot be built or "
              "judged are\n"
              "skipped. Exit status: 0 found, 5 undecided as such commits are in the way.",
    .main = bisect_main,
};
