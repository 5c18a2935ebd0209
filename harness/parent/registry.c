#include "parent/registry.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/utf8.h"
#include "parent/plugin_discovery.h"
#include "parent/plugin_info.h"
#include "parent/worker_process.h"
#include "plugin/abi.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define START_TIMEOUT_NS 30000000000u

/* Where implementations come from: the program itself, one shared object, or one external program. */
struct source {
    const char *plugin;                 /* path; NULL: the program */
    const struct ib_external *external; /* NULL: a worker of the program */
    bool asked;
    const char *fault;   /* why a user's plugin cannot be used; NULL: it can */
    struct source *next; /* the next unusable source */
};

struct entry {
    struct ib_impl_info info; /* only name and plugin until the source has been asked */
    struct source *source;
};

struct ib_registry {
    const char *program; /* path of the binary whose workers are asked; NULL: this one */
    uint64_t external_timeout_ns;
    struct ib_arena arena;
    struct entry **entries; /* stable addresses: callers hold pointers to info */
    size_t n, capacity;
    const char *trouble;   /* why no worker can be started; NULL: none is known */
    struct source *broken; /* plugins that cannot be used, in list order */
    const char **names;    /* of all entries, without later placeholders; ends with NULL */
};

/* A worker that cannot be asked may say nothing about the plugin: perhaps none can be started at all. */
static bool discover(struct ib_registry *r, const char *plugin, json_t **impls, struct ib_outcome *outcome)
{
    struct ib_outcome why;
    if (ib_discover(r->program, plugin, impls, outcome))
        return true;
    if (!r->trouble && !ib_worker_can_start(r->program, START_TIMEOUT_NS, &why))
        r->trouble = ib_arena_copy(&r->arena, why.reason);
    return false;
}

static struct entry *add_entry(struct ib_registry *r, const char *name, struct source *source)
{
    static const struct ib_option none[] = {{0}};
    struct entry *entry = ib_arena_alloc(&r->arena, sizeof *entry);
    *entry = (struct entry){.info = {.name = name,
                                     .plugin = source->plugin,
                                     .command = source->external ? source->external->command : NULL,
                                     .options = none},
                            .source = source};
    r->entries = ib_arena_grow(&r->arena, r->entries, sizeof(struct entry *), r->n, &r->capacity);
    return r->entries[r->n++] = entry;
}

static struct source *new_source(struct ib_registry *r, const char *plugin)
{
    struct source *source = ib_arena_alloc(&r->arena, sizeof *source);
    source->plugin = plugin;
    return source;
}

/* Adds the shipped implementations by name; nothing is loaded until it is looked up. */
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

/* ---- descriptions ---- */

static struct entry *find_entry(const struct ib_registry *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->entries[i]->info.name, name) == 0)
            return r->entries[i];
    return NULL;
}

static void set_unavailable(struct ib_impl_info *info, const char *reason)
{
    info->summary = "could not be loaded";
    info->path = info->command ? NULL : "ops";
    info->available = false;
    info->reason = reason;
}

/* Marks every implementation of this source unavailable, with the reason. */
static void mark_unavailable(struct ib_registry *r, const struct source *source, const char *reason)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->entries[i]->source == source)
            set_unavailable(&r->entries[i]->info, ib_arena_copy(&r->arena, reason));
}

static void read_entry(struct ib_registry *r, const json_t *impl, struct entry *entry)
{
    if (ib_plugin_info_read(impl, &r->arena, &entry->info) != IB_OK)
        set_unavailable(&entry->info, ib_arena_copy(&r->arena, ib_error_text()));
}

/* Reads the single implementation that it describes; the name it gives is ignored. */
static void ask_external(struct ib_registry *r, struct entry *entry)
{
    struct ib_outcome outcome;
    json_t *impls;
    entry->source->asked = true;
    if (!ib_discover_external(entry->source->external->command, r->external_timeout_ns, &impls, &outcome))
        set_unavailable(&entry->info,
                        ib_arena_print(&r->arena, "%s%s", outcome.reason,
                                       outcome.status == IB_CASE_TIMEOUT
                                           ? "; measure.timeout (of check: --timeout) sets this limit"
                                           : ""));
    else if (json_array_size(impls) != 1)
        set_unavailable(&entry->info,
                        "its answer to `describe` must contain a list `impls` with exactly one entry");
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
    if (!discover(r, source->plugin, &impls, &outcome)) {
        mark_unavailable(r, source, outcome.reason);
        return;
    }
    mark_unavailable(r, source, "its plugin does not provide it");
    json_array_foreach (impls, i, impl) {
        const char *name = json_string_value(json_object_get(impl, "name"));
        struct entry *entry = name ? find_entry(r, name) : NULL;
        if (entry && entry->source == source)
            read_entry(r, impl, entry);
    }
    json_decref(impls);
}

/* ---- user plugins ---- */

enum ib_status ib_plugin_check_file(const char *path)
{
    struct stat info;
    if (!ib_utf8_valid(path))
        return ib_fail(IB_EINVAL, path, "cannot be used as a plugin: its path is not valid UTF-8");
    if (stat(path, &info) != 0)
        return ib_fail(IB_EINVAL, path, "cannot be used as a plugin: %s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return ib_fail(IB_EINVAL, path, "cannot be used as a plugin: not a regular file");
    if (access(path, R_OK) != 0)
        return ib_fail(IB_EINVAL, path, "cannot be used as a plugin: %s", strerror(errno));
    return IB_OK;
}

static void add_broken(struct ib_registry *r, struct source *source, const char *fault)
{
    struct source **last = &r->broken;
    while (*last)
        last = &(*last)->next;
    source->fault = ib_arena_copy(&r->arena, fault);
    *last = source;
}

static enum ib_status add_impls(struct ib_registry *r, struct source *source, const json_t *impls)
{
    json_t *impl;
    size_t i;
    json_array_foreach (impls, i, impl) {
        const char *given = json_string_value(json_object_get(impl, "name"));
        const char *name = given ? ib_arena_copy(&r->arena, given) : NULL;
        if (!name || find_entry(r, name))
            return ib_fail(IB_EINVAL, source->plugin,
                           "provides an implementation named %s, but that name is already taken",
                           name ? name : "(none)");
        read_entry(r, impl, add_entry(r, name, source));
    }
    return IB_OK;
}

/* The names are only known after asking the plugin. */
static enum ib_status add_plugin(struct ib_registry *r, const char *path)
{
    struct ib_outcome outcome;
    json_t *impls;
    IB_TRY(ib_plugin_check_file(path));
    /* Without a slash, the loader would search the system's library path. */
    struct source *source =
        new_source(r, ib_arena_print(&r->arena, "%s%s", strchr(path, '/') ? "" : "./", path));
    source->asked = true;
    if (!discover(r, source->plugin, &impls, &outcome)) {
        add_broken(r, source, outcome.reason);
        return IB_OK;
    }
    enum ib_status status = add_impls(r, source, impls);
    json_decref(impls);
    return status;
}

/* The name under which an unusable plugin is listed: "mine" for "./build/libmine.so". */
static const char *name_after_file(struct ib_registry *r, const char *path)
{
    char *name = ib_file_stem(&r->arena, path);
    if (strncmp(name, "lib", 3) == 0 && name[3])
        name += 3;
    for (char *c = name; *c; c++)
        *c = (char)(isalnum((unsigned char)*c) ? tolower((unsigned char)*c) : '_');
    if (!islower((unsigned char)name[0]))
        name = ib_arena_print(&r->arena, "plugin_%s", name);
    while (find_entry(r, name))
        name = ib_arena_print(&r->arena, "%s_so", name);
    return name;
}

static void name_broken(struct ib_registry *r)
{
    for (struct source *s = r->broken; s; s = s->next)
        set_unavailable(&add_entry(r, name_after_file(r, s->plugin), s)->info, s->fault);
}

/* An unknown name may belong to a plugin that cannot be used. It gets an unavailable entry, so that one
 * broken plugin does not stop a sweep over other implementations. */
static struct entry *add_placeholder(struct ib_registry *r, const char *name)
{
    if (!r->broken || !ib_is_impl_name(name))
        return NULL;
    const char *reason = r->broken->fault;
    for (const struct source *s = r->broken->next; s; s = s->next)
        reason = ib_arena_print(&r->arena, "%s; %s", reason, s->fault);
    struct entry *entry = add_entry(r, ib_arena_copy(&r->arena, name), r->broken);
    set_unavailable(&entry->info, reason);
    return entry;
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
        r->names[i] = r->entries[i]->info.name;
}

static enum ib_status add_plugins(struct ib_registry *r, const char *const *plugins)
{
    for (; plugins && *plugins; plugins++)
        IB_TRY(add_plugin(r, *plugins));
    name_broken(r); /* last, so that these names do not clash with those of usable plugins */
    list_names(r);
    return IB_OK;
}

enum ib_status ib_registry_add_externals(struct ib_registry *r, const struct ib_external *externals, size_t n,
                                         uint64_t timeout_ns)
{
    r->external_timeout_ns = timeout_ns;
    for (size_t i = 0; i < n; i++) {
        if (find_entry(r, externals[i].name))
            return ib_fail(IB_EINVAL, externals[i].where,
                           "key `external`: an implementation named %s already exists; choose another name",
                           externals[i].name);
        struct source *source = new_source(r, NULL);
        source->external = &externals[i];
        add_entry(r, externals[i].name, source);
    }
    list_names(r);
    return IB_OK;
}

/* Checks that the program's workers speak this protocol. */
static enum ib_status check_program(const struct ib_registry *r)
{
    struct ib_outcome outcome;
    json_t *impls;
    if (!ib_discover(r->program, NULL, &impls, &outcome))
        return ib_fail(IB_EINVAL, r->program, "is not a compatible ironbench binary: %s", outcome.reason);
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

enum ib_status ib_registry_check_workers(const struct ib_registry *r)
{
    return r->trouble ? ib_fail(IB_EUNAVAILABLE, r->program, "no worker can be started: %s", r->trouble)
                      : IB_OK;
}

const char *ib_registry_fault(const struct ib_registry *r)
{
    return r->broken ? r->broken->fault : NULL;
}

enum ib_status ib_registry_open_external(const struct ib_external *external, uint64_t timeout_ns,
                                         struct ib_registry **out)
{
    IB_TRY(open_registry(NULL, false, NULL, out));
    return ib_registry_add_externals(*out, external, 1, timeout_ns); /* cannot fail: the registry is empty */
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
    if (!entry)
        entry = add_placeholder(r, name);
    else if (!entry->source->asked && entry->source->external)
        ask_external(r, entry);
    else if (!entry->source->asked)
        ask_source(r, entry->source);
    return entry ? &entry->info : NULL;
}
