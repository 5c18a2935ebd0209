#include "base/error.h"
#include "base/json_text.h"
#include "base/paths.h"
#include "base/plain_text.h"
#include "base/shell_words.h"
#include "base/slug.h"
#include "base/utf8.h"
#include "cli/data_flags.h"
#include "cli/editor_schema.h"
#include "cli/print_json.h"
#include "config/sweep.h"
#include "data/spec.h"
#include "report/json_values.h"
#include "run/first_config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHIPPED "diabetes" /* without DATA */

struct request {
    const char *data, *out; /* out: the file that is written */
    const char *y, *test, *json;
    struct ib_data_flags flags;
};

/* ---- the data ---- */

struct source {
    struct ib_dataset_spec spec;
    struct ib_dataset dataset;
    bool described; /* by its name or by a file next to it, so that the name says all */
};

/* Missing values are an error that a first look at data should not end with. */
static enum ib_status load(struct source *s)
{
    static const enum ib_missing ways[] = {IB_MISSING_MEAN, IB_MISSING_DROP};
    if (ib_dataset_load(&s->spec, &s->dataset) == IB_OK)
        return IB_OK;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && s->spec.missing == IB_MISSING_DEFAULT; i++) {
        struct ib_dataset_spec filled = s->spec;
        filled.missing = ways[i];
        if (ib_dataset_load(&filled, &s->dataset) == IB_OK) {
            s->spec = filled;
            s->described = false;
            return IB_OK;
        }
    }
    return ib_dataset_load(&s->spec, &s->dataset); /* the first error is the one to tell */
}

/* Two numbers as a target are classes, once the description says which of them is the class 1. */
static void take_two_values_as_classes(struct ib_arena *arena, struct source *s)
{
    struct ib_dataset_spec spec = s->spec;
    struct ib_dataset classes;
    char high[32];
    if (!s->dataset.no_classes || spec.task || spec.positive)
        return;
    ib_print_real(s->dataset.y_columns->high[0], high, sizeof high);
    spec.positive = ib_arena_copy(arena, high);
    if (ib_dataset_load(&spec, &classes) != IB_OK)
        return;
    ib_dataset_free(&s->dataset);
    s->dataset = classes;
    s->spec = spec;
}

/* Keeps a description if it still describes the same. */
static bool keep(struct source *s, const struct ib_dataset_spec *spec)
{
    struct ib_dataset again;
    if (ib_dataset_load(spec, &again) != IB_OK)
        return false;
    const bool same = strcmp(again.sha256, s->dataset.sha256) == 0;
    if (same)
        s->spec = *spec;
    ib_dataset_free(&again);
    return same;
}

/* Adds to the description what was found in the data: the task, and the target by its name or number. */
static void settle(struct ib_arena *arena, struct source *s)
{
    const struct ib_dataset_format *format = ib_dataset_format_of(s->spec.path);
    struct ib_dataset_spec spec = s->spec;
    const char **names = ib_arena_alloc(arena, 4 * sizeof *names);
    if (!spec.task && !spec.positive)
        spec.task = s->dataset.task;
    keep(s, &spec);
    names[0] = ib_utf8_valid(s->dataset.target) ? s->dataset.target : "-1";
    names[2] = "-1";
    names[1] = names[3] = NULL;
    for (size_t i = 0; i < 4 && format && format->keys & IB_SPEC_TARGET && !s->spec.target && !s->spec.y;
         i += 2) {
        spec = s->spec;
        spec.target = names + i;
        keep(s, &spec);
    }
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_name(const char *text)
{
    return !strchr(text, '/') && !ib_dataset_format_of(text);
}

/* Looks a name up as the configuration will. */
static enum ib_status find_spec(struct ib_arena *arena, const struct request *r, struct ib_dataset_spec *out)
{
    const char *folder = is_name(r->data) ? ib_file_folder(arena, r->out) : NULL;
    const enum ib_status status = ib_dataset_find(arena, r->data, NULL, 0, folder, out);
    if (is_folder(status == IB_OK ? out->path : r->data))
        return ib_fail(IB_EINVAL, r->data,
                       "is a folder; a data file is needed, or a name of `ironbench list datasets`");
    return status;
}

static enum ib_status find_data(struct ib_arena *arena, const struct request *r, struct source *s)
{
    IB_TRY(find_spec(arena, r, &s->spec));
    s->described = s->spec.where && !ib_data_flags_given(&r->flags) && !r->y && !r->test;
    IB_TRY(ib_data_flags_apply(&r->flags, &s->spec));
    if (r->test && s->spec.test_fraction > 0)
        return ib_fail(IB_EINVAL, "--test",
                       "test rows come from this file, and not from `test_fraction` as well");
    s->spec.y = r->y ? r->y : s->spec.y;
    s->spec.test = r->test ? r->test : s->spec.test;
    IB_TRY(load(s));
    if (!s->described) {
        take_two_values_as_classes(arena, s);
        settle(arena, s);
    }
    return IB_OK;
}

/* ---- the file ---- */

/* The path as written in a configuration in `folder`: as given if that is the working directory. */
static const char *path_from(struct ib_arena *arena, const char *folder, const char *path)
{
    if (!path || path[0] == '/' || strcmp(folder, ".") == 0)
        return path;
    char *whole = realpath(path, NULL);
    const char *copy = whole ? ib_arena_copy(arena, whole) : path;
    free(whole);
    return copy;
}

/* A name for the run, from that of its file; it may not begin with a point or a hyphen. */
static const char *run_name(struct ib_arena *arena, const char *path)
{
    const char *name = ib_slug(arena, ib_file_stem(arena, path));
    name += strspn(name, ".-");
    return name[0] ? name : "first";
}

/* The text of the configuration. */
static enum ib_status compose(struct ib_arena *arena, const struct request *r, struct source *s,
                              struct ib_registry *registry, const char **text)
{
    const char *folder = ib_file_folder(arena, r->out);
    struct ib_dataset_spec spec = s->spec;
    struct ib_first_config first = {.file = ib_shell_quote(arena, r->out),
                                    .name = run_name(arena, r->out),
                                    .schema = ib_editor_schema_path(arena, folder),
                                    .dataset = &s->dataset,
                                    .registry = registry};
    if (s->described) {
        first.reference = path_from(arena, is_name(r->data) ? "." : folder, r->data);
    } else {
        spec.path = path_from(arena, folder, spec.path);
        spec.test = path_from(arena, folder, spec.test);
        if (spec.y && !strchr(spec.y, '/') && access(spec.y, F_OK) != 0)
            folder = "."; /* the name of an array */
        spec.y = path_from(arena, folder, spec.y);
        first.reference = ib_slug(arena, spec.name);
        first.spec = &spec;
    }
    return ib_first_config_text(arena, &first, text);
}

/* Writes a new file. IB_EINVAL if there is one with this name, which is kept. */
static enum ib_status write_new(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return ib_fail(IB_EINVAL, path, "exists and is kept; give another name with --out FILE");
    if (fd < 0)
        return ib_fail_errno(path, "cannot write this file");
    const size_t n = strlen(text);
    const bool written = write(fd, text, n) == (ssize_t)n;
    if (close(fd) == 0 && written)
        return IB_OK;
    ib_fail_errno(path, "cannot write this file");
    unlink(path);
    return IB_EIO;
}

/* ---- what to do next ---- */

enum { INIT_SCHEMA = 1 };

static json_t *describe(const struct request *r, const struct source *s, const struct ib_sweep *sweep)
{
    const struct ib_dataset *d = &s->dataset;
    return json_pack("{s:i, s:o, s:I, s:o, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "schema", INIT_SCHEMA,
                     "file", ib_json_text(r->out), "cases", (json_int_t)sweep->matrix.n, "data",
                     ib_json_text(r->data), "task", ib_word_of(ib_task_words, (int)d->task), "rows",
                     (json_int_t)d->rows, "test_rows", (json_int_t)d->test_rows, "cols", (json_int_t)d->cols,
                     "outputs", (json_int_t)d->outputs, "classes", ib_json_measured(d->classes), "guesses",
                     ib_json_text(d->guesses), "note", ib_json_text(d->no_classes));
}

static void tell(const struct request *r, const struct source *s, const struct ib_sweep *sweep, bool schema)
{
    const struct ib_dataset *d = &s->dataset;
    ib_print_line(stdout, "%s: %zu case%s of %s (%" PRIu64 " + %" PRIu64 " rows x %" PRIu64 " features, %s)",
                  r->out, sweep->matrix.n, ib_plural(sweep->matrix.n), r->data, d->rows, d->test_rows,
                  d->cols, ib_word_of(ib_task_words, (int)d->task));
    if (d->guesses)
        ib_print_line(stdout, "guessed: %s", d->guesses);
    if (d->no_classes)
        ib_print_line(stdout, "note: %s", d->no_classes);
    if (schema)
        puts(IB_EDITOR_SCHEMA ": what a configuration may contain, for editors");
    struct ib_arena arena = {0};
    const char *file = ib_shell_quote(&arena, r->out);
    puts("next:");
    ib_print_line(stdout, "  ironbench plan %s", file);
    ib_print_line(stdout, "  ironbench run %s", file);
    ib_arena_free(&arena);
}

/* Reads the file as `run` does; what it refuses must not stay. */
static int finish(struct ib_arena *arena, const struct request *r, const struct source *s)
{
    struct ib_sweep sweep;
    static const char *const none[] = {NULL};
    bool schema;
    if (ib_sweep_open(r->out, none, none, none, &sweep) != IB_OK) {
        unlink(r->out);
        return ib_usage_error();
    }
    const enum ib_status written = ib_editor_schema_write(arena, ib_file_folder(arena, r->out), &schema);
    if (written == IB_OK && r->json)
        ib_print_json(describe(r, s, &sweep));
    else if (written == IB_OK)
        tell(r, s, &sweep, schema);
    ib_sweep_close(&sweep);
    return written == IB_OK ? IB_EXIT_OK : ib_usage_error();
}

static int init(struct ib_arena *arena, const struct request *r)
{
    struct source s = {0};
    struct ib_registry *registry = NULL;
    const char *text;
    if (access(r->out, F_OK) == 0) {
        ib_fail(IB_EINVAL, r->out, "exists and is kept; give another name with --out FILE");
        return ib_usage_error();
    }
    if (find_data(arena, r, &s) != IB_OK)
        return ib_usage_error();
    int status = IB_EXIT_OK;
    if (ib_registry_open(NULL, &registry) != IB_OK || compose(arena, r, &s, registry, &text) != IB_OK ||
        ib_registry_check_workers(registry) != IB_OK || write_new(r->out, text) != IB_OK)
        status = ib_usage_error();
    ib_registry_close(registry);
    if (status == IB_EXIT_OK)
        status = finish(arena, r, &s);
    ib_dataset_free(&s.dataset);
    return status;
}

static int init_main(const struct ib_command *command, int argc, char **argv)
{
    struct request r = {0};
    struct ib_arena arena = {0};
    bool done;
    const struct ib_flag flags[] = {
        {"--out", "FILE", "the configuration to write; default: NAME.yaml, after DATA", &r.out, NULL},
        IB_DATA_FLAGS(r.flags),
        {"--y", "FILE", "file with the targets of an .npy or IDX file; of an .npz file, their array", &r.y,
         NULL},
        {"--test", "FILE", "file with the test rows", &r.test, NULL},
        IB_JSON_FLAG(r.json),
        {NULL}};
    if (ib_args_read_optional(command, flags, argc, argv, &r.data, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    r.data = r.data ? r.data : SHIPPED;
    if (!r.out)
        r.out = ib_arena_print(&arena, "%s.yaml",
                               ib_slug(&arena, ib_file_stem(&arena, ib_source_name(&arena, r.data))));
    const int status = init(&arena, &r);
    ib_arena_free(&arena);
    return status;
}

const struct ib_command ib_command_init = {
    .name = "init",
    .usage = "init [DATA] [--out FILE] [flags]",
    .summary = "look at a data file and write a first configuration for it",
    .detail =
        "DATA is a file, or a name of `ironbench list datasets`; default: " SHIPPED
        ". The configuration has\n"
        "the models that can learn the data and the implementations that are available here, with comments.\n"
        "A file that exists is never replaced.",
    .main = init_main,
};
