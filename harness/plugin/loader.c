#include "plugin/loader.h"

#include "base/error.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_IMPLS = 4096 };

/* ---- tables ---- */

#define IB_BUILTIN(name) extern const struct ib_impl ib_impl_##name;
#define IB_PLUGIN(name)
#include "impls.def"
#undef IB_BUILTIN
#undef IB_PLUGIN

static const struct ib_impl *const builtins[] = {
#define IB_BUILTIN(name) &ib_impl_##name,
#define IB_PLUGIN(name)
#include "impls.def"
#undef IB_BUILTIN
#undef IB_PLUGIN
};

/* A loaded object. It and its tables are never unloaded, because threads of its libraries may still run. */
struct object {
    struct object *next;
    char *path; /* NULL: the program itself */
    uint32_t count;
    struct ib_plugin_tables tables[];
};

typedef const struct ib_impl *const *plugin_fn(uint32_t host_abi_major, uint32_t *count);

/* Removes the plugin's path from the start of dlerror's text, which may name another file. */
static enum ib_status cannot_load(const char *path)
{
    const char *why = dlerror();
    size_t n = strlen(path);
    if (strncmp(why, path, n) == 0 && strncmp(why + n, ": ", 2) == 0)
        why += n + 2;
    return ib_fail(IB_EUNAVAILABLE, path, "cannot be loaded: %s", why);
}

static enum ib_status load_plugin(const char *path, const struct ib_impl *const **out, uint32_t *count)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return cannot_load(path);
    plugin_fn *plugin = (plugin_fn *)(uintptr_t)dlsym(object, "ib_plugin");
    if (!plugin)
        return ib_fail(IB_EINVAL, path,
                       "is not an ironbench plugin: it does not define the symbol ib_plugin");
    *out = plugin(IB_ABI_MAJOR, count);
    if (!*out)
        return ib_fail(IB_EINVAL, path,
                       "does not support ABI %u, which this program uses: ib_plugin returned NULL",
                       IB_ABI_MAJOR);
    return *count ? IB_OK
                  : ib_fail(IB_EINVAL, path, "contains no implementation: ib_plugin set the count to 0");
}

static enum ib_status load_all(const char *plugin, const struct ib_impl *const **out, uint32_t *count)
{
    if (plugin)
        return load_plugin(plugin, out, count);
    *out = builtins;
    *count = sizeof builtins / sizeof *builtins;
    return IB_OK;
}

static enum ib_status load_object(const char *plugin, struct object **out)
{
    const struct ib_impl *const *impls = NULL;
    uint32_t count = 0;
    IB_TRY(load_all(plugin, &impls, &count));
    if (count > MAX_IMPLS)
        return ib_fail(IB_EINVAL, plugin,
                       "claims to contain %" PRIu32 " implementations; at most %d are allowed", count,
                       (int)MAX_IMPLS);
    struct object *object = calloc(1, sizeof *object + count * sizeof *object->tables);
    if (!object)
        return ib_fail(IB_ENOMEM, plugin, "out of memory for its tables");
    enum ib_status status = ib_plugin_tables_adopt(plugin, impls, count, object->tables);
    object->count = count;
    object->path = plugin ? strdup(plugin) : NULL;
    *out = object;
    if (status != IB_OK)
        free(object->path), free(object);
    return status;
}

enum ib_status ib_impls_load(const char *plugin, const struct ib_plugin_tables **out, uint32_t *count)
{
    static struct object *loaded;
    struct object *object = loaded;
    while (object && strcmp(object->path ? object->path : "", plugin ? plugin : "") != 0)
        object = object->next;
    if (!object) {
        IB_TRY(load_object(plugin, &object));
        object->next = loaded;
        loaded = object;
    }
    *out = object->tables;
    *count = object->count;
    return IB_OK;
}

enum ib_status ib_impl_load(const char *name, const char *plugin, const struct ib_impl **out)
{
    const struct ib_plugin_tables *tables;
    uint32_t count;
    IB_TRY(ib_impls_load(plugin, &tables, &count));
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(tables[i].impl.name, name) == 0) {
            *out = &tables[i].impl;
            return tables[i].fault[0] ? ib_fail(IB_EINVAL, plugin, "%s: %s", name, tables[i].fault) : IB_OK;
        }
    return ib_fail(IB_EINVAL, plugin, "has no implementation named %s", name);
}

/* ---- struct ib_host ---- */

static void host_log(const struct ib_host *host, const char *format, ...)
{
    (void)host;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

static const struct ib_instance *instance_of(const struct ib_host *host)
{
    return (const void *)((const char *)host - offsetof(struct ib_instance, host));
}

static enum ib_status host_fail(const struct ib_host *host, enum ib_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ib_fail_v(status, instance_of(host)->impl->name, format, arguments);
    va_end(arguments);
    return status;
}

const char *ib_instance_option(const struct ib_instance *instance, const char *name)
{
    for (size_t i = 0; i < instance->n_settings; i++)
        if (strcmp(instance->settings[i].name, name) == 0)
            return instance->settings[i].value;
    for (const struct ib_option *o = instance->impl->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o->default_value;
    return NULL;
}

enum ib_products ib_instance_products(const struct ib_instance *instance)
{
    enum ib_products products = IB_PRODUCTS_F32;
    for (const struct ib_option *o = instance->impl->options; o && o->name; o++) {
        const enum ib_products asked = ib_products_of_option(o->name, ib_instance_option(instance, o->name));
        products = asked > products ? asked : products;
    }
    return products;
}

/* The contract allows no error here, so an undeclared option is recorded for ib_instance_open. */
static const char *host_option_text(const struct ib_host *host, const char *name)
{
    struct ib_instance *instance = (struct ib_instance *)(uintptr_t)instance_of(host);
    const char *value = ib_instance_option(instance, name);
    if (value)
        return value;
    snprintf(instance->undeclared, sizeof instance->undeclared, "%s", name);
    return "";
}

static int64_t host_option_int(const struct ib_host *host, const char *name)
{
    int64_t value = 0; /* the range was checked when the configuration was read */
    ib_parse_i64(host_option_text(host, name), &value);
    return value;
}

static bool host_option_bool(const struct ib_host *host, const char *name)
{
    return strcmp(host_option_text(host, name), "true") == 0;
}

/* ---- opening ---- */

enum ib_status ib_impl_probe(const struct ib_impl *impl)
{
    char why[256] = "cannot run on this machine";
    if (IB_HAS(impl, probe) && impl->probe(why, sizeof why) != IB_OK)
        return ib_fail(IB_EUNAVAILABLE, NULL, "%s", why);
    return IB_OK;
}

enum ib_status ib_instance_open(const struct ib_impl *impl, const struct ib_setting *settings, size_t n,
                                struct ib_instance *out)
{
    *out = (struct ib_instance){.impl = impl,
                                .settings = settings,
                                .n_settings = n,
                                .host = {.struct_size = sizeof out->host,
                                         .log = host_log,
                                         .fail = host_fail,
                                         .option_int = host_option_int,
                                         .option_bool = host_option_bool,
                                         .option_text = host_option_text}};
    enum ib_status status = ib_impl_probe(impl);
    if (status == IB_OK)
        status = impl->open(&out->host, &out->state);
    if (status == IB_OK && out->undeclared[0]) {
        impl->close(out->state);
        status =
            ib_fail(IB_EINVAL, impl->name, "reads the option `%s` without declaring it", out->undeclared);
    }
    if (status != IB_OK)
        out->impl = NULL; /* nothing to close */
    return status;
}

void ib_instance_close(struct ib_instance *instance)
{
    if (instance->impl)
        instance->impl->close(instance->state);
    instance->impl = NULL;
}
