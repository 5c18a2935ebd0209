#include "gate/baseline.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/args.h"
#include "cli/print_json.h"
#include "store/load_run.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BASELINE_SCHEMA = 1 };

/* `reason`: why it cannot be read; NULL: it can. */
static json_t *describe(const char *path, const char *name, const struct ib_baseline *baseline,
                        const char *reason)
{
    json_t *out = json_pack("{s:o, s:o, s:o}", "name", ib_json_text(name), "file", ib_json_text(path),
                            "reason", ib_json_text(reason));
    json_object_set_new(out, "cases", reason ? json_null() : json_integer((json_int_t)baseline->n));
    json_object_set_new(out, "run", ib_json_text(reason ? NULL : baseline->run));
    json_object_set_new(out, "control", ib_json_text(reason ? NULL : baseline->control));
    json_object_set_new(out, "cpu", ib_json_text(reason ? NULL : baseline->machine.cpu));
    return out;
}

static void print_list(json_t *baselines)
{
    ib_print_json(json_pack("{s:i, s:o}", "schema", BASELINE_SCHEMA, "baselines", baselines));
}

/* ---- save ---- */

static enum ib_status save_record(const struct ib_run_record *record, const char *name, const char *path,
                                  const char *control, bool as_json)
{
    struct ib_baseline baseline;
    IB_TRY(ib_baseline_make(record, name, control, &baseline));
    enum ib_status status = ib_baseline_write(path, &baseline);
    if (status == IB_OK && as_json)
        print_list(json_pack("[o]", describe(path, name, &baseline, NULL)));
    else if (status == IB_OK)
        ib_print_line(stdout, "%s: %zu case%s; control: %s", path, baseline.n, ib_plural(baseline.n),
                      baseline.control);
    for (size_t i = 0; i < record->n; i++)
        if (!ib_case_record_counts(&record->cases[i]))
            ib_print_line(stderr, "ironbench: left out, not verified and timed: %s", record->cases[i].id);
    ib_baseline_free(&baseline);
    return status;
}

static int save(struct ib_arena *arena, const char *name, const char *dir, const char *control, bool as_json)
{
    struct ib_run_record record;
    const char *path;
    if (ib_baseline_path(arena, name, false, &path) != IB_OK || ib_load_run(dir, &record) != IB_OK)
        return ib_usage_error();
    enum ib_status status = save_record(&record, ib_file_stem(arena, name), path, control, as_json);
    ib_run_record_free(&record);
    return status == IB_OK ? IB_EXIT_OK : status == IB_EINVAL ? ib_usage_error() : ib_run_error();
}

/* ---- ls, rm ---- */

/* Prints a line, or with `list` appends to it. */
static void list_file(struct ib_arena *arena, const char *path, json_t *list)
{
    struct ib_baseline baseline;
    const char *name = ib_file_stem(arena, path);
    const bool readable = ib_baseline_read(path, &baseline) == IB_OK;
    if (list)
        json_array_append_new(list,
                              describe(path, name, &baseline, readable ? NULL : ib_last_error()->message));
    else if (!readable)
        ib_print_line(stdout, "%-16s %s", name, ib_last_error()->message);
    else
        ib_print_line(stdout, "%-16s %zu case%s of run %s on %s", name, baseline.n, ib_plural(baseline.n),
                      baseline.run, baseline.machine.cpu ? baseline.machine.cpu : "");
    if (readable)
        ib_baseline_free(&baseline);
}

static int list(struct ib_arena *arena, bool as_json)
{
    glob_t found = {0};
    json_t *all = as_json ? json_array() : NULL;
    if (glob(IB_BASELINES "/*.json", 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            list_file(arena, found.gl_pathv[i], all);
    else if (!as_json)
        printf("no baselines in %s\n", IB_BASELINES);
    if (as_json)
        print_list(all);
    globfree(&found);
    return IB_EXIT_OK;
}

static int rm(struct ib_arena *arena, const char *name, bool as_json)
{
    struct ib_baseline baseline;
    const char *path;
    if (ib_baseline_path(arena, name, false, &path) != IB_OK || ib_baseline_read(path, &baseline) != IB_OK)
        return ib_usage_error();
    ib_baseline_free(&baseline);
    if (unlink(path) == 0) {
        if (as_json)
            print_list(json_array());
        return IB_EXIT_OK;
    }
    ib_fail_errno(path, "cannot remove this file");
    return ib_run_error();
}

/* ---- the command ---- */

static const struct action {
    const char *name;
    int n_arguments;
} actions[] = {{"save", 2}, {"ls", 0}, {"rm", 1}};
enum { SAVE, LS, RM, ACTION_COUNT };

static int run_action(int action, const char *const *arguments, const char *control, bool as_json)
{
    struct ib_arena arena = {0};
    int status = action == SAVE ? save(&arena, arguments[0], arguments[1], control, as_json)
                 : action == LS ? list(&arena, as_json)
                                : rm(&arena, arguments[0], as_json);
    ib_arena_free(&arena);
    return status;
}

static int baseline_main(const struct ib_command *command, int argc, char **argv)
{
    const char *arguments[2] = {NULL}, *control = NULL, *json = NULL;
    int action = 0;
    bool done;
    const struct ib_flag flags[] = {
        {"--control", "IMPL", "for save: implementation that times are stored relative to", &control, NULL},
        IB_JSON_FLAG(json),
        {NULL}};
    bool helped = argc < 2 || argv[1][0] == '-';
    while (!helped && action < ACTION_COUNT && strcmp(argv[1], actions[action].name) != 0)
        action++;
    if (action == ACTION_COUNT) {
        ib_fail(IB_EINVAL, argv[1], "is not allowed: save, ls or rm");
        return ib_usage_error();
    }
    int skipped = helped ? 0 : 1;
    if (ib_args_read(command, flags, argc - skipped, argv + skipped, arguments,
                     helped ? 1 : actions[action].n_arguments, &done) != IB_OK)
        return ib_usage_error();
    return done ? IB_EXIT_OK : run_action(action, arguments, control, json != NULL);
}

const struct ib_command ib_command_baseline = {
    .name = "baseline",
    .usage = "baseline save NAME DIR [--control IMPL] | ls | rm NAME [--json]",
    .summary = "keep the results of a run in a small file for `gate --baseline`",
    .detail =
        "save writes the results of the run in DIR to " IB_BASELINES "/NAME.json, to be committed with the\n"
        "sources; a NAME with a slash is a path. ls lists the baselines, rm deletes one. The control is an\n"
        "implementation that your changes do not touch: times are stored as ratios over its times. The\n"
        "default is the implementation that the run's speed-ups are relative to, or cpu_naive.",
    .main = baseline_main,
    .words = "save|ls|rm",
};
