#include "base/error.h"
#include "base/paths.h"
#include "cli/args.h"
#include "config/config.h"
#include "core/model.h"
#include "metrics/metric.h"
#include "parent/registry.h"
#include "report/chart_script.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Each list is made once, as JSON; the plain form prints name and summary of that. */

struct wishes {
    bool all; /* also what is hidden */
    const char *const *plugins;
};

/* ---- what there is ---- */

static json_t *options_of(const struct ib_impl_info *info)
{
    json_t *options = json_array();
    for (const struct ib_option *o = info->options; o && o->name; o++)
        json_array_append_new(options, json_pack("{s:s, s:s?, s:s, s:s?}", "name", o->name, "allowed",
                                                 o->allowed, "default", o->default_value, "help", o->help));
    return options;
}

static enum ib_status list_impls(const struct wishes *wishes, struct ib_arena *arena, json_t *out)
{
    struct ib_registry *registry;
    (void)arena;
    IB_TRY(ib_registry_open(wishes->plugins, &registry));
    for (const char *const *name = ib_registry_names(registry); *name; name++) {
        const struct ib_impl_info *info = ib_registry_find(registry, *name);
        if (info->flags & IB_HIDDEN && !wishes->all)
            continue;
        json_array_append_new(out, json_pack("{s:s, s:s?, s:s?, s:b, s:s?, s:s, s:b, s:b, s:s?, s:o}", "name",
                                             info->name, "summary", info->summary, "source", info->source,
                                             "available", info->available, "reason", info->reason, "path",
                                             info->path, "device", info->device, "simulated",
                                             (info->flags & IB_SIMULATED) != 0, "libraries", info->libraries,
                                             "options", options_of(info)));
    }
    ib_registry_close(registry);
    return IB_OK;
}

static enum ib_status list_models(const struct wishes *wishes, struct ib_arena *arena, json_t *out)
{
    (void)wishes, (void)arena;
    for (const struct ib_model *m = ib_models; m->name; m++)
        json_array_append_new(out, json_pack("{s:s, s:s}", "name", m->name, "summary", m->summary));
    return IB_OK;
}

static enum ib_status list_datasets(const struct wishes *wishes, struct ib_arena *arena, json_t *out)
{
    (void)wishes;
    for (const char *const *name = ib_dataset_names(arena, NULL); *name; name++) {
        struct ib_dataset_spec spec;
        struct ib_dataset d;
        IB_TRY(ib_dataset_find(arena, *name, NULL, 0, NULL, &spec));
        IB_TRY(ib_dataset_load(&spec, &d));
        const char *summary = ib_arena_print(
            arena, "%s, %llu + %llu rows x %llu columns", ib_word_of(ib_task_words, (int)d.task),
            (unsigned long long)d.rows, (unsigned long long)d.test_rows, (unsigned long long)d.cols);
        json_array_append_new(
            out, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s?, s:s?}", "name", *name, "summary", summary,
                           "task", ib_word_of(ib_task_words, (int)d.task), "rows", (json_int_t)d.rows,
                           "test_rows", (json_int_t)d.test_rows, "cols", (json_int_t)d.cols, "source",
                           spec.source, "licence", spec.licence));
        ib_dataset_free(&d);
    }
    return IB_OK;
}

static enum ib_status list_metrics(const struct wishes *wishes, struct ib_arena *arena, json_t *out)
{
    (void)wishes, (void)arena;
    for (const struct ib_metric *const *m = ib_metrics; *m; m++)
        json_array_append_new(out,
                              json_pack("{s:s, s:s, s:s?, s:b}", "name", (*m)->name, "summary", (*m)->summary,
                                        "unit", (*m)->unit, "higher_is_better", (*m)->higher_is_better));
    return IB_OK;
}

static enum ib_status list_charts(const struct wishes *wishes, struct ib_arena *arena, json_t *out)
{
    (void)wishes;
    struct ib_chart_script *charts;
    size_t n;
    IB_TRY(ib_chart_scripts(arena, &charts, &n));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, json_pack("{s:s, s:s, s:s?}", "name", charts[i].name, "summary",
                                             charts[i].title, "reason", charts[i].fault));
    return IB_OK;
}

static const struct {
    const char *name;
    enum ib_status (*list)(const struct wishes *, struct ib_arena *, json_t *out);
} lists[] = {
    {"impls", list_impls},     {"models", list_models}, {"datasets", list_datasets},
    {"metrics", list_metrics}, {"charts", list_charts},
};
enum { N_LISTS = sizeof lists / sizeof *lists };

/* ---- printing ---- */

static void print_option(const json_t *option)
{
    const char *help = json_string_value(json_object_get(option, "help"));
    const char *allowed = json_string_value(json_object_get(option, "allowed"));
    const char *value = json_string_value(json_object_get(option, "default"));
    printf("%-14s   %s: %s (%s%sdefault %s)\n", "", json_string_value(json_object_get(option, "name")),
           help ? help : "", allowed ? allowed : "", allowed ? ", " : "", value && value[0] ? value : "none");
}

static void print_item(const json_t *item)
{
    const char *summary = json_string_value(json_object_get(item, "summary"));
    const json_t *reason = json_object_get(item, "reason");
    printf("%-14s %s\n", json_string_value(json_object_get(item, "name")), summary ? summary : "");
    if (json_is_string(reason))
        printf("%-14s unavailable: %s\n", "", json_string_value(reason));
    size_t i;
    json_t *option;
    json_array_foreach (json_object_get(item, "options"), i, option)
        print_option(option);
}

static void print_list(const json_t *items, bool as_json)
{
    size_t i;
    json_t *item;
    if (as_json) {
        json_dumpf(items, stdout, JSON_INDENT(1));
        putchar('\n');
        return;
    }
    json_array_foreach (items, i, item)
        print_item(item);
}

static enum ib_status no_such_list(const char *what)
{
    const char *names[N_LISTS + 1] = {0};
    for (size_t i = 0; i < N_LISTS; i++)
        names[i] = lists[i].name;
    const char *nearest = ib_nearest(what, names);
    return ib_fail(IB_EINVAL, what,
                   "nothing to list%s%s%s; allowed: impls, models, datasets, metrics, charts",
                   nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

static enum ib_status make_list(const char *what, const struct wishes *wishes, struct ib_arena *arena,
                                json_t *out)
{
    for (size_t i = 0; i < N_LISTS; i++)
        if (strcmp(lists[i].name, what) == 0)
            return lists[i].list(wishes, arena, out);
    return no_such_list(what);
}

static int verb_list(const struct ib_command *command, int argc, char **argv)
{
    const char *what, *as_json = NULL, *all = NULL, *plugins[IB_FLAG_LIST + 1] = {NULL};
    bool done;
    const struct ib_flag flags[] = {
        {"--json", NULL, "as JSON", &as_json, NULL},
        {"--all", NULL, "also implementations that exist for tests only", &all, NULL},
        IB_PLUGIN_FLAG(plugins),
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, &what, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (plugins[0] && strcmp(what, "impls") != 0) {
        ib_fail(IB_EINVAL, "--plugin", "goes with `list impls`: plugins bring nothing else");
        return ib_usage_error();
    }
    struct ib_arena arena = {0};
    json_t *items = json_array();
    const struct wishes wishes = {.all = all != NULL, .plugins = plugins};
    enum ib_status status = make_list(what, &wishes, &arena, items);
    if (status == IB_OK)
        print_list(items, as_json != NULL);
    json_decref(items);
    ib_arena_free(&arena);
    return status == IB_OK ? IB_EXIT_OK : ib_usage_error();
}

const struct ib_command ib_command_list = {
    .name = "list",
    .usage = "list impls|models|datasets|metrics|charts [--json] [--all] [--plugin FILE.so]",
    .summary = "say what there is; what is unavailable is listed with its reason",
    .main = verb_list,
};
