#include "base/error.h"
#include "base/json_text.h"
#include "base/paths.h"
#include "base/plain_text.h"
#include "cli/config_keys.h"
#include "cli/sweep_flags.h"
#include "config/shipped.h"
#include "core/model.h"
#include "metrics/metric.h"
#include "parent/registry.h"
#include "report/chart_script.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Each list is built once, as JSON; the plain form prints its names and summaries. */

struct request {
    bool all; /* including hidden implementations */
    bool as_json;
    const char *const *plugins;
};

/* ---- building ---- */

static json_t *options_of(const struct ib_impl_info *info)
{
    json_t *options = json_array();
    for (const struct ib_option *o = info->options; o && o->name; o++)
        json_array_append_new(options,
                              json_pack("{s:o, s:o, s:o, s:o}", "name", ib_json_text(o->name), "allowed",
                                        ib_json_text(o->allowed), "default", ib_json_text(o->default_value),
                                        "help", ib_json_text(o->help)));
    return options;
}

static enum ib_status list_impls(const struct request *request, struct ib_arena *arena, json_t *out)
{
    struct ib_registry *registry;
    (void)arena;
    IB_TRY(ib_registry_open(request->plugins, &registry));
    for (const char *const *name = ib_registry_names(registry); *name; name++) {
        const struct ib_impl_info *info = ib_registry_find(registry, *name);
        if (info->flags & IB_HIDDEN && !request->all)
            continue;
        json_array_append_new(out, json_pack("{s:s, s:o, s:o, s:b, s:o, s:o, s:b, s:b, s:o, s:o}", "name",
                                             info->name, "summary", ib_json_text(info->summary), "source",
                                             ib_json_text(info->source), "available", info->available,
                                             "reason", ib_json_text(info->reason), "path",
                                             ib_json_text(info->path), "device", info->device, "simulated",
                                             (info->flags & IB_SIMULATED) != 0, "libraries",
                                             ib_json_text(info->libraries), "options", options_of(info)));
    }
    const enum ib_status status = ib_registry_check_workers(registry);
    ib_registry_close(registry);
    return status;
}

static enum ib_status list_models(const struct request *request, struct ib_arena *arena, json_t *out)
{
    (void)request, (void)arena;
    for (const struct ib_model *m = ib_models; m->name; m++)
        json_array_append_new(out, json_pack("{s:s, s:s}", "name", m->name, "summary", m->summary));
    return IB_OK;
}

static enum ib_status list_datasets(const struct request *request, struct ib_arena *arena, json_t *out)
{
    (void)request;
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

static enum ib_status list_metrics(const struct request *request, struct ib_arena *arena, json_t *out)
{
    (void)request, (void)arena;
    for (const struct ib_metric *const *m = ib_metrics; *m; m++)
        json_array_append_new(out,
                              json_pack("{s:s, s:s, s:s?, s:b}", "name", (*m)->name, "summary", (*m)->summary,
                                        "unit", (*m)->unit, "higher_is_better", (*m)->higher_is_better));
    return IB_OK;
}

static enum ib_status list_charts(const struct request *request, struct ib_arena *arena, json_t *out)
{
    (void)request;
    struct ib_chart_script *charts;
    size_t n;
    IB_TRY(ib_chart_scripts(arena, &charts, &n));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, json_pack("{s:s, s:s, s:s?}", "name", charts[i].name, "summary",
                                             charts[i].title, "reason", charts[i].fault));
    return IB_OK;
}

static enum ib_status list_configs(const struct request *request, struct ib_arena *arena, json_t *out)
{
    (void)request;
    for (const char *const *name = ib_shipped_configs(arena); *name; name++)
        json_array_append_new(out, json_pack("{s:o, s:o, s:o}", "name", ib_json_text(*name), "summary",
                                             ib_json_text(ib_shipped_summary(arena, *name)), "path",
                                             ib_json_text(ib_shipped_path(arena, *name))));
    return IB_OK;
}

static enum ib_status list_keys(const struct request *request, struct ib_arena *arena, json_t *out)
{
    (void)request;
    ib_config_keys_json(arena, out);
    return IB_OK;
}

/* ---- printing ---- */

static void print_option(const json_t *option)
{
    const char *help = json_string_value(json_object_get(option, "help"));
    const char *allowed = json_string_value(json_object_get(option, "allowed"));
    const char *value = json_string_value(json_object_get(option, "default"));
    ib_print_line(stdout, "%-14s   %s: %s (%s%sdefault %s)", "",
                  json_string_value(json_object_get(option, "name")), help ? help : "",
                  allowed ? allowed : "", allowed ? ", " : "", value && value[0] ? value : "none");
}

static void print_item(const json_t *item)
{
    const char *summary = json_string_value(json_object_get(item, "summary"));
    const json_t *reason = json_object_get(item, "reason");
    ib_print_line(stdout, "%-14s %s", json_string_value(json_object_get(item, "name")),
                  summary ? summary : "");
    if (json_is_string(reason))
        ib_print_line(stdout, "%-14s unavailable: %s", "", json_string_value(reason));
    size_t i;
    json_t *option;
    json_array_foreach (json_object_get(item, "options"), i, option)
        print_option(option);
}

/* ---- all lists ---- */

static const struct {
    const char *name;
    enum ib_status (*list)(const struct request *, struct ib_arena *, json_t *out);
    void (*print)(const json_t *item);
} lists[] = {
    {"impls", list_impls, print_item},        {"models", list_models, print_item},
    {"datasets", list_datasets, print_item},  {"metrics", list_metrics, print_item},
    {"charts", list_charts, print_item},      {"configs", list_configs, print_item},
    {"keys", list_keys, ib_config_key_print},
};
enum { N_LISTS = sizeof lists / sizeof *lists };

static enum ib_status find_list(const char *what, size_t *out)
{
    const char *names[N_LISTS + 1] = {0};
    char list[128], hint[128];
    for (size_t i = 0; i < N_LISTS; i++) {
        names[i] = lists[i].name;
        if (strcmp(lists[i].name, what) == 0) {
            *out = i;
            return IB_OK;
        }
    }
    return ib_fail(IB_EINVAL, what, "cannot be listed%s; allowed: %s",
                   ib_hint(what, names, hint, sizeof hint), ib_name_list(names, list, sizeof list));
}

static enum ib_status print_list(const char *what, const struct request *request, struct ib_arena *arena)
{
    size_t which = 0, i;
    json_t *items = json_array(), *item;
    enum ib_status status = find_list(what, &which);
    if (status == IB_OK)
        status = lists[which].list(request, arena, items);
    if (status == IB_OK && request->as_json) {
        ib_json_print(stdout, items, JSON_INDENT(1));
        putchar('\n');
    } else if (status == IB_OK) {
        json_array_foreach (items, i, item)
            lists[which].print(item);
    }
    json_decref(items);
    return status;
}

static enum ib_status check_request(const char *what, const char *markdown, const char *const *plugins)
{
    if (plugins[0] && strcmp(what, "impls") != 0)
        return ib_fail(IB_EINVAL, "--plugin", "requires `list impls`: plugins contain only implementations");
    if (markdown && strcmp(what, "keys") != 0)
        return ib_fail(IB_EINVAL, "--markdown", "requires `list keys`");
    return IB_OK;
}

static int list_main(const struct ib_command *command, int argc, char **argv)
{
    const char *what, *as_json = NULL, *all = NULL, *markdown = NULL, *plugins[IB_FLAG_LIST + 1] = {NULL};
    bool done;
    const struct ib_flag flags[] = {
        {"--json", NULL, "print JSON", &as_json, NULL},
        {"--all", NULL, "include implementations that exist only for tests", &all, NULL},
        {"--markdown", NULL, "with keys: print the reference in configs/README.md", &markdown, NULL},
        IB_PLUGIN_FLAG(plugins),
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, &what, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (check_request(what, markdown, plugins) != IB_OK)
        return ib_usage_error();
    struct ib_arena arena = {0};
    const struct request request = {.all = all != NULL, .as_json = as_json != NULL, .plugins = plugins};
    enum ib_status status = IB_OK;
    if (markdown)
        ib_config_keys_markdown(&arena);
    else
        status = print_list(what, &request, &arena);
    ib_arena_free(&arena);
    return status == IB_OK ? IB_EXIT_OK : ib_usage_error();
}

const struct ib_command ib_command_list = {
    .name = "list",
    .usage = "list impls|models|datasets|metrics|charts|configs|keys [--json] [--all] [--plugin FILE.so]",
    .summary = "list implementations, models, data sets, metrics, charts, configurations or their keys",
    .detail = "Unavailable implementations and charts are listed with the reason.",
    .main = list_main,
};
