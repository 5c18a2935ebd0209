#include "worker/registry.h"

#include "base/error.h"
#include "base/paths.h"
#include "worker/child.h"
#include "worker/description.h"

#include <stdlib.h>
#include <string.h>

#define DESCRIBE_TIMEOUT_NS 30000000000u /* a GPU's first initialisation takes seconds */

/* A place that implementations come from: the program itself, one shared object, or one program outside. */
struct source {
    const char *plugin;                 /* path; NULL: the program */
    const struct ib_external *external; /* NULL: a worker of the program */
    bool asked;
};

struct entry {
    struct ib_impl_info info; /* only name and plugin until its source was asked */
    struct source *source;
};

struct ib_registry {
    const char *program; /* whose workers are asked; NULL: this one's */
    uint64_t outside_timeout_ns;
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
        (struct entry){.info = {.name = name,
                                .plugin = source->plugin,
                                .command = source->external ? source->external->command : NULL,
                                .options = none},
                       .source = source};
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

/* The list that a child that was started (or not: `started`) gives of its implementations. Ends the child. */
static bool describe(struct ib_child *child, bool started, const char *plugin, uint64_t timeout_ns,
                     json_t **impls, struct ib_outcome *outcome)
{
    json_t *answer = NULL;
    bool ok = started &&
              ib_child_ask(child, json_pack("{s:s, s:s*}", "type", "describe", "plugin", plugin), timeout_ns,
                           &answer, outcome) &&
              ib_child_said(answer, "impls", outcome);
    if (!ok)
        ib_child_quote(child, outcome);
    ib_child_end(child);
    *impls = ok ? json_incref(json_object_get(answer, "impls")) : NULL;
    json_decref(answer);
    return ok;
}

static bool ask_worker(const struct ib_registry *r, const char *plugin, json_t **impls,
                       struct ib_outcome *outcome)
{
    struct ib_child *child;
    bool started = ib_worker_start(r->program, NULL, DESCRIBE_TIMEOUT_NS, &child, outcome);
    return describe(child, started, plugin, DESCRIBE_TIMEOUT_NS, impls, outcome);
}

static bool ask_external(const struct ib_registry *r, const struct ib_external *external, json_t **impls,
                         struct ib_outcome *outcome)
{
    struct ib_child *child;
    bool started = ib_child_start(external->command, NULL, r->outside_timeout_ns, &child, outcome);
    return describe(child, started, NULL, r->outside_timeout_ns, impls, outcome);
}

static struct entry *find_entry(const struct ib_registry *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->entries[i].info.name, name) == 0)
            return &r->entries[i];
    return NULL;
}

static void make_unavailable(struct ib_registry *r, struct ib_impl_info *info, const char *reason)
{
    info->summary = "could not be loaded";
    info->path = info->command ? NULL : "ops";
    info->available = false;
    info->reason = ib_arena_copy(&r->arena, reason);
}

/* Everything that came from this source could not be asked: each becomes unavailable, with the reason. */
static void mark_unavailable(struct ib_registry *r, const struct source *source, const char *reason)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->entries[i].source == source)
            make_unavailable(r, &r->entries[i].info, reason);
}

static void read_entry(struct ib_registry *r, const json_t *impl, struct entry *entry)
{
    if (ib_description_read(impl, &r->arena, &entry->info) != IB_OK)
        make_unavailable(r, &entry->info, ib_error_text());
}

/* The one implementation that it describes, whatever it calls it. */
static void ask_outside(struct ib_registry *r, struct entry *entry)
{
    struct ib_outcome outcome;
    json_t *impls;
    entry->source->asked = true;
    if (!ask_external(r, entry->source->external, &impls, &outcome))
        make_unavailable(r, &entry->info, outcome.reason);
    else if (json_array_size(impls) != 1)
        make_unavailable(r, &entry->info, "its answer to `describe` must hold a list `impls` of just one");
    else
        read_entry(r, json_array_get(impls, 0), entry);
    json_decref(impls);
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
            read_entry(r, impl, entry);
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
        const char *said = json_string_value(json_object_get(impl, "name"));
        const char *name = said ? ib_arena_copy(&r->arena, said) : NULL;
        if (!name || find_entry(r, name)) {
            json_decref(impls);
            return ib_fail(IB_EINVAL, path, "brings an implementation named %s, a name that is taken",
                           name ? name : "(none)");
        }
        add_entry(r, name, source);
        read_entry(r, impl, &r->entries[r->n - 1]);
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

static void list_names(struct ib_registry *r)
{
    r->names = ib_arena_alloc(&r->arena, (r->n + 1) * sizeof *r->names);
    for (size_t i = 0; i < r->n; i++)
        r->names[i] = r->entries[i].info.name;
}

static enum ib_status add_plugins(struct ib_registry *r, const char *const *plugins)
{
    for (; plugins && *plugins; plugins++)
        IB_TRY(add_plugin(r, *plugins));
    list_names(r);
    return IB_OK;
}

enum ib_status ib_registry_add_externals(struct ib_registry *r, const struct ib_external *externals, size_t n,
                                         uint64_t timeout_ns)
{
    r->outside_timeout_ns = timeout_ns;
    for (size_t i = 0; i < n; i++) {
        if (find_entry(r, externals[i].name))
            return ib_fail(IB_EINVAL, externals[i].where,
                           "key `external`: there is an implementation named %s already; choose another name",
                           externals[i].name);
        struct source *source = new_source(r, NULL);
        source->external = &externals[i];
        add_entry(r, externals[i].name, source);
    }
    list_names(r);
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

enum ib_status ib_registry_open_external(const struct ib_external *external, uint64_t timeout_ns,
                                         struct ib_registry **out)
{
    IB_TRY(open_registry(NULL, false, NULL, out));
    return ib_registry_add_externals(*out, external, 1, timeout_ns); /* no name is taken */
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
    if (entry && !entry->source->asked) {
        if (entry->source->external)
            ask_outside(r, entry);
        else
            ask_source(r, entry->source);
    }
    return entry ? &entry->info : NULL;
}
