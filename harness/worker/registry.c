#include "worker/registry.h"

#include "base/error.h"
#include "base/paths.h"
#include "worker/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DESCRIBE_TIMEOUT_NS 30000000000u /* a GPU's first initialisation takes seconds */

/* A place that implementations come from: the program itself, or one shared object. */
struct source {
    const char *plugin; /* path; NULL: the program */
    bool asked;
};

struct entry {
    struct ib_impl_info info; /* only name and plugin until its source was asked */
    struct source *source;
};

struct ib_registry {
    const char *program; /* whose workers are asked; NULL: this one's */
    struct ib_arena arena;
    struct entry *entries;
    size_t n, capacity;
    const char **names; /* of all entries; ends with NULL */
};

static void add_entry(struct ib_registry *r, const char *name, struct source *source)
{
    static const struct ib_option none[] = {{0}};
    r->entries = ib_arena_grow(&r->arena, r->entries, sizeof *r->entries, r->n, &r->capacity);
    r->entries[r->n++] =
        (struct entry){.info = {.name = name, .plugin = source->plugin, .options = none}, .source = source};
}

static struct source *new_source(struct ib_registry *r, const char *plugin)
{
    struct source *source = ib_arena_alloc(&r->arena, sizeof *source);
    source->plugin = plugin;
    return source;
}

/* The shipped implementations, by name alone: nothing is loaded until somebody asks. */
static void add_shipped(struct ib_registry *r)
{
    struct source *program = new_source(r, NULL);
#define IB_BUILTIN(name) add_entry(r, #name, program);
#define IB_PLUGIN(name)                                                                                      \
    add_entry(r, #name,                                                                                      \
              new_source(r, r->program ? ib_plugin_path_of(&r->arena, r->program, #name)                     \
                                       : ib_plugin_path(&r->arena, #name)));
#include "impls.def"
#undef IB_BUILTIN
#undef IB_PLUGIN
}

/* ---- asking a worker ---- */

static const char *copy_text(struct ib_registry *r, const json_t *value)
{
    return json_is_string(value) ? ib_arena_copy(&r->arena, json_string_value(value)) : NULL;
}

static const struct ib_option *read_options(struct ib_registry *r, const json_t *list)
{
    struct ib_option *options = ib_arena_alloc(&r->arena, (json_array_size(list) + 1) * sizeof *options);
    size_t i;
    json_t *item;
    json_array_foreach (list, i, item) {
        options[i].name = copy_text(r, json_object_get(item, "name"));
        options[i].type = (enum ib_option_type)json_integer_value(json_object_get(item, "type"));
        options[i].allowed = copy_text(r, json_object_get(item, "allowed"));
        options[i].default_value = copy_text(r, json_object_get(item, "default"));
        options[i].help = copy_text(r, json_object_get(item, "help"));
    }
    return options;
}

static void read_info(struct ib_registry *r, const json_t *impl, struct ib_impl_info *info)
{
    info->summary = copy_text(r, json_object_get(impl, "summary"));
    info->source = copy_text(r, json_object_get(impl, "source"));
    info->flags = (uint32_t)json_integer_value(json_object_get(impl, "flags"));
    info->device = json_is_true(json_object_get(impl, "device"));
    info->path = json_is_true(json_object_get(impl, "fused")) ? "fused" : "ops";
    info->options = read_options(r, json_object_get(impl, "options"));
    info->available = json_is_true(json_object_get(impl, "available"));
    info->reason = copy_text(r, json_object_get(impl, "reason"));
    info->libraries = copy_text(r, json_object_get(impl, "libraries"));
}

/* A library that ends the whole process has usually said why: its last line joins the reason. */
static void quote_last_line(const struct ib_child *child, struct ib_outcome *outcome)
{
    char said[200], why[80];
    const char *output = child ? ib_child_output(child) : "";
    size_t n = strlen(output);
    while (n && output[n - 1] == '\n')
        n--;
    size_t skipped = n < sizeof said ? 0 : n - sizeof said + 1;
    snprintf(said, sizeof said, "%.*s", (int)(n - skipped), output + skipped);
    const char *last = strrchr(said, '\n');
    last = last ? last + 1 : said;
    if (outcome->status != IB_CASE_CRASHED || !last[0])
        return;
    snprintf(why, sizeof why, "%.79s", outcome->reason);
    ib_outcome_set(outcome, outcome->status, "%s: \"%s\"", why, last);
}

static bool ask_worker(const struct ib_registry *r, const char *plugin, json_t **impls,
                       struct ib_outcome *outcome)
{
    struct ib_child *child;
    json_t *answer = NULL;
    bool ok = ib_worker_start(r->program, NULL, DESCRIBE_TIMEOUT_NS, &child, outcome) &&
              ib_child_ask(child, json_pack("{s:s, s:s?}", "type", "describe", "plugin", plugin),
                           DESCRIBE_TIMEOUT_NS, &answer, outcome);
    if (!ok)
        quote_last_line(child, outcome);
    ib_child_end(child);
    *impls = ok ? json_incref(json_object_get(answer, "impls")) : NULL;
    json_decref(answer);
    return ok;
}

static struct entry *find_entry(const struct ib_registry *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->entries[i].info.name, name) == 0)
            return &r->entries[i];
    return NULL;
}

/* Everything that came from this source could not be asked: each becomes unavailable, with the reason. */
static void mark_unavailable(struct ib_registry *r, const struct source *source, const char *reason)
{
    for (size_t i = 0; i < r->n; i++) {
        struct ib_impl_info *info = &r->entries[i].info;
        if (r->entries[i].source != source)
            continue;
        info->summary = "could not be loaded";
        info->path = "ops";
        info->available = false;
        info->reason = ib_arena_copy(&r->arena, reason);
    }
}

static void ask_source(struct ib_registry *r, struct source *source)
{
    struct ib_outcome outcome;
    json_t *impls, *impl;
    size_t i;
    source->asked = true;
    if (!ask_worker(r, source->plugin, &impls, &outcome)) {
        mark_unavailable(r, source, outcome.reason);
        return;
    }
    mark_unavailable(r, source, "its plugin does not contain it");
    json_array_foreach (impls, i, impl) {
        const char *name = json_string_value(json_object_get(impl, "name"));
        struct entry *entry = name ? find_entry(r, name) : NULL;
        if (entry && entry->source == source)
            read_info(r, impl, &entry->info);
    }
    json_decref(impls);
}

/* A plugin of the user's: its names are known only when it has been asked. */
static enum ib_status add_plugin(struct ib_registry *r, const char *path)
{
    struct ib_outcome outcome;
    json_t *impls, *impl;
    size_t i;
    if (!ask_worker(r, path, &impls, &outcome))
        return ib_fail(IB_EINVAL, path, "cannot be used as a plugin: %s", outcome.reason);
    struct source *source = new_source(r, ib_arena_copy(&r->arena, path));
    source->asked = true;
    json_array_foreach (impls, i, impl) {
        const char *name = copy_text(r, json_object_get(impl, "name"));
        if (!name || find_entry(r, name)) {
            json_decref(impls);
            return ib_fail(IB_EINVAL, path, "brings an implementation named %s, a name that is taken",
                           name ? name : "(none)");
        }
        add_entry(r, name, source);
        read_info(r, impl, &r->entries[r->n - 1].info);
    }
    json_decref(impls);
    return IB_OK;
}

/* ---- the public side ---- */

static struct ib_registry *new_registry(const char *program)
{
    struct ib_registry *r = calloc(1, sizeof *r);
    if (!r)
        ib_fail(IB_ENOMEM, "registry", "out of memory");
    else if (program)
        r->program = ib_arena_copy(&r->arena, program);
    return r;
}

static enum ib_status add_plugins(struct ib_registry *r, const char *const *plugins)
{
    for (; plugins && *plugins; plugins++)
        IB_TRY(add_plugin(r, *plugins));
    r->names = ib_arena_alloc(&r->arena, (r->n + 1) * sizeof *r->names);
    for (size_t i = 0; i < r->n; i++)
        r->names[i] = r->entries[i].info.name;
    return IB_OK;
}

/* Is it a program that answers as this one's workers do? */
static enum ib_status check_program(const struct ib_registry *r)
{
    struct ib_outcome outcome;
    json_t *impls;
    if (!ask_worker(r, NULL, &impls, &outcome))
        return ib_fail(IB_EINVAL, r->program, "is no ironbench to compare with: %s", outcome.reason);
    json_decref(impls);
    return IB_OK;
}

static enum ib_status fill(struct ib_registry *r, bool shipped, const char *const *plugins)
{
    if (r->program)
        IB_TRY(check_program(r));
    if (shipped)
        add_shipped(r);
    return add_plugins(r, plugins);
}

static enum ib_status open_registry(const char *program, bool shipped, const char *const *plugins,
                                    struct ib_registry **out)
{
    struct ib_registry *r = new_registry(program);
    if (!r)
        return IB_ENOMEM;
    enum ib_status status = fill(r, shipped, plugins);
    if (status == IB_OK)
        *out = r;
    else
        ib_registry_close(r);
    return status;
}

enum ib_status ib_registry_open(const char *const *plugins, struct ib_registry **out)
{
    return open_registry(NULL, true, plugins, out);
}

enum ib_status ib_registry_open_program(const char *program, const char *const *plugins,
                                        struct ib_registry **out)
{
    return open_registry(program, true, plugins, out);
}

enum ib_status ib_registry_open_plugin(const char *plugin, struct ib_registry **out)
{
    return open_registry(NULL, false, (const char *const[]){plugin, NULL}, out);
}

void ib_registry_close(struct ib_registry *r)
{
    if (!r)
        return;
    ib_arena_free(&r->arena);
    free(r);
}

const char *const *ib_registry_names(const struct ib_registry *r)
{
    return r->names;
}

const struct ib_impl_info *ib_registry_find(struct ib_registry *r, const char *name)
{
    struct entry *entry = find_entry(r, name);
    if (entry && !entry->source->asked)
        ask_source(r, entry->source);
    return entry ? &entry->info : NULL;
}
