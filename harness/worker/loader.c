#include "worker/loader.h"

#include "base/error.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

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

typedef const struct ib_impl *const *plugin_fn(uint32_t host_abi_major, uint32_t *count);

static enum ib_status load_plugin(const char *path, const struct ib_impl *const **out, uint32_t *count)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return ib_fail(IB_EUNAVAILABLE, NULL, "%s", dlerror());
    plugin_fn *plugin = (plugin_fn *)(uintptr_t)dlsym(object, "ib_plugin");
    if (!plugin)
        return ib_fail(IB_EINVAL, path, "is no ironbench plugin: it has no symbol ib_plugin");
    *out = plugin(IB_ABI_MAJOR, count);
    if (!*out || !*count)
        return ib_fail(IB_EINVAL, path, "offers no implementation for ABI %u of this program", IB_ABI_MAJOR);
    for (uint32_t i = 0; i < *count; i++)
        if ((*out)[i]->abi_major != IB_ABI_MAJOR)
            return ib_fail(IB_EINVAL, path, "%s was built for ABI %u, this program has %u", (*out)[i]->name,
                           (*out)[i]->abi_major, IB_ABI_MAJOR);
    return IB_OK;
}

static enum ib_status load_all(const char *plugin, const struct ib_impl *const **out, uint32_t *count)
{
    if (plugin)
        return load_plugin(plugin, out, count);
    *out = builtins;
    *count = sizeof builtins / sizeof *builtins;
    return IB_OK;
}

enum ib_status ib_impl_load(const char *name, const char *plugin, const struct ib_impl **out)
{
    const struct ib_impl *const *impls;
    uint32_t count;
    IB_TRY(load_all(plugin, &impls, &count));
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(impls[i]->name, name) == 0) {
            *out = impls[i];
            return IB_OK;
        }
    return ib_fail(IB_EINVAL, plugin, "has no implementation named %s", name);
}

/* ---- what the implementation can ask of us ---- */

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

/* The value that was set, else the default; "" for an option that the implementation never declared. */
static const char *host_option_text(const struct ib_host *host, const char *name)
{
    const struct ib_instance *instance = instance_of(host);
    for (size_t i = 0; i < instance->n_settings; i++)
        if (strcmp(instance->settings[i].name, name) == 0)
            return instance->settings[i].value;
    for (const struct ib_option *o = instance->impl->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o->default_value;
    return "";
}

static int64_t host_option_int(const struct ib_host *host, const char *name)
{
    int64_t value = 0; /* values were checked against the option's range when the configuration was read */
    ib_parse_i64(host_option_text(host, name), &value);
    return value;
}

static bool host_option_bool(const struct ib_host *host, const char *name)
{
    return strcmp(host_option_text(host, name), "true") == 0;
}

/* ---- opening ---- */

static enum ib_status probe(const struct ib_impl *impl)
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
    enum ib_status status = probe(impl);
    if (status == IB_OK)
        status = impl->open(&out->host, &out->state);
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

/* ---- describing ---- */

static json_t *describe_options(const struct ib_impl *impl)
{
    json_t *options = json_array();
    for (const struct ib_option *o = IB_HAS(impl, options) ? impl->options : NULL; o && o->name; o++)
        json_array_append_new(options,
                              json_pack("{s:s, s:i, s:s?, s:s, s:s?}", "name", o->name, "type", (int)o->type,
                                        "allowed", o->allowed, "default", o->default_value, "help", o->help));
    return options;
}

/* Library versions and the like, from an instance opened for that purpose. */
static void describe_libraries(const struct ib_impl *impl, char *text, size_t n)
{
    struct ib_instance instance;
    if (!IB_HAS(impl, describe) || ib_instance_open(impl, NULL, 0, &instance) != IB_OK)
        return;
    if (impl->describe(instance.state, text, n) != IB_OK)
        text[0] = '\0';
    ib_instance_close(&instance);
}

static json_t *describe_impl(const struct ib_impl *impl)
{
    char libraries[512] = "";
    bool available = probe(impl) == IB_OK;
    json_t *reason = available ? json_null() : json_string(ib_last_error()->message);
    if (available)
        describe_libraries(impl, libraries, sizeof libraries);
    return json_pack("{s:s, s:s, s:s?, s:i, s:b, s:b, s:o, s:b, s:o, s:s?}", "name", impl->name, "summary",
                     impl->summary, "source", impl->source, "flags", (int)impl->flags, "device",
                     IB_HAS(impl, mem), "fused", IB_HAS(impl, fused), "options", describe_options(impl),
                     "available", available, "reason", reason, "libraries", libraries[0] ? libraries : NULL);
}

enum ib_status ib_impls_describe(const char *plugin, json_t **out)
{
    const struct ib_impl *const *impls;
    uint32_t count;
    IB_TRY(load_all(plugin, &impls, &count));
    *out = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(*out, describe_impl(impls[i]));
    return IB_OK;
}
