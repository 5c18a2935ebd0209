#include "store/merge.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/args.h"
#include "cli/print_json.h"
#include "store/load_run.h"
#include "store/parts.h"

#include <stdio.h>

enum { MERGE_SCHEMA = 1 };

static json_t *describe(const char *out, const struct ib_run_record *run, const char *missing)
{
    return json_pack("{s:i, s:o, s:I, s:I, s:I, s:o}", "schema", MERGE_SCHEMA, "dir", ib_json_text(out),
                     "cases", (json_int_t)run->n, "runs", (json_int_t)run->n_parts, "machines",
                     (json_int_t)run->n_machines, "missing", ib_json_text(missing));
}

static void say(const char *out, const struct ib_run_record *run)
{
    ib_print_line(stdout, "%s: %zu case%s of %zu run%s on %zu machine%s", out, run->n, ib_plural(run->n),
                  run->n_parts, ib_plural(run->n_parts), run->n_machines, ib_plural(run->n_machines));
    ib_print_line(stdout, "for its report: ironbench report %s", out);
}

/* Says what was merged; the exit status tells whether anything is missing. */
static int print_merged(const char *out, struct ib_run_record *run, bool as_json)
{
    ib_run_record_machines(run);
    const char *missing = ib_parts_missing(&run->arena, run);
    if (as_json)
        ib_print_json(describe(out, run, missing));
    else
        say(out, run);
    if (missing)
        ib_print_line(stderr, "ironbench: %s: exit status %d", missing, IB_EXIT_FAILED);
    return missing ? IB_EXIT_FAILED : IB_EXIT_OK;
}

static int merge(const char *const *dirs, size_t n, const char *out, bool as_json)
{
    struct ib_run_record run;
    const enum ib_status status = ib_merge(dirs, n, out);
    if (status == IB_EIO)
        return ib_run_error();
    if (status != IB_OK || ib_load_run_cases(out, &run) != IB_OK)
        return ib_usage_error();
    const int exit_status = print_merged(out, &run, as_json);
    ib_run_record_free(&run);
    return exit_status;
}

static int merge_main(const struct ib_command *command, int argc, char **argv)
{
    struct ib_arena arena = {0};
    const char **dirs = ib_arena_alloc(&arena, (size_t)argc * sizeof *dirs), *out = NULL, *json = NULL;
    int n, status = IB_EXIT_OK;
    bool done;
    const struct ib_flag flags[] = {
        {"--out", "DIR", "folder for the merged run; if it holds one, that is added to", &out, NULL},
        IB_JSON_FLAG(json),
        {NULL}};
    if (ib_args_read_list(command, flags, argc, argv, dirs, &n, &done) != IB_OK)
        status = ib_usage_error();
    else if (!done && !out) {
        ib_fail(IB_EINVAL, "merge", "--out DIR is needed: the folder for the merged run");
        status = ib_usage_error();
    } else if (!done)
        status = merge(dirs, (size_t)n, out, json != NULL);
    ib_arena_free(&arena);
    return status;
}

const struct ib_command ib_command_merge = {
    .name = "merge",
    .usage = "merge DIR… --out DIR [--json]",
    .summary = "join the shards of a sweep, and its runs on different machines, into one run",
    .detail =
        "Each DIR is the folder of a run, which may be a merged one, of the same configuration. Cases keep\n"
        "their machine: reports name it, and only cases of the same machine are compared. Merging again\n"
        "changes nothing; a shard that has come further since then replaces what was merged of it. The\n"
        "exit status is 4 if a shard is missing or not finished.",
    .main = merge_main,
};
