#include "plugin/describe.h"

#include "base/error.h"
#include "base/json_text.h"
#include "core/loss.h"
#include "plugin/loader.h"

static json_t *describe_options(const struct ib_impl *impl)
{
    json_t *options = json_array();
    for (const struct ib_option *o = impl->options; o && o->name; o++)
        json_array_append_new(options,
                              json_pack("{s:o, s:i, s:o, s:o, s:o}", "name", ib_json_text(o->name), "type",
                                        (int)o->type, "allowed", ib_json_text(o->allowed), "default",
                                        ib_json_text(o->default_value), "help", ib_json_text(o->help)));
    return options;
}

/* Those in addition to the first three. */
static json_t *describe_losses(const struct ib_impl *impl)
{
    json_t *losses = json_array();
    for (const struct ib_word *w = ib_loss_words; w->word; w++)
        if (w->value > IB_BCE && ib_loss_is_known((enum ib_loss)w->value, ib_impl_losses(impl)))
            json_array_append_new(losses, json_string(w->word));
    return losses;
}

static void set_available(json_t *item, const char *reason)
{
    json_object_set_new(item, "available", json_boolean(!reason));
    json_object_set_new(item, "reason", ib_json_text(reason));
}

static void add_probe(json_t *item, const struct ib_impl *impl)
{
    set_available(item, ib_impl_probe(impl) == IB_OK ? NULL : ib_last_error()->message);
}

static void add_libraries(json_t *item, const struct ib_impl *impl)
{
    struct ib_instance instance;
    char libraries[512] = "";
    if (impl->describe && ib_instance_open(impl, NULL, 0, &instance) == IB_OK) {
        if (impl->describe(instance.state, libraries, sizeof libraries) != IB_OK)
            libraries[0] = '\0';
        ib_instance_close(&instance);
    }
    json_object_set_new(item, "libraries", ib_json_text(libraries[0] ? libraries : NULL));
}

static json_t *describe_table(const char *plugin, const struct ib_plugin_tables *table, bool whole)
{
    const struct ib_impl *impl = &table->impl;
    bool faulty = table->fault[0];
    json_t *item =
        json_pack("{s:s, s:o, s:o, s:i, s:b, s:b, s:o, s:o}", "name", impl->name, "summary",
                  ib_json_text(impl->summary), "source", ib_json_text(impl->source), "flags",
                  (int)impl->flags, "device", impl->mem != NULL, "fused", impl->fused != NULL, "losses",
                  describe_losses(impl), "options", faulty ? json_array() : describe_options(impl));
    if (faulty) {
        ib_fail(IB_EINVAL, plugin, "%s: %s", impl->name, table->fault);
        set_available(item, ib_error_text());
    } else if (whole) {
        add_probe(item, impl);
        if (json_is_true(json_object_get(item, "available")))
            add_libraries(item, impl);
    }
    return item;
}

enum ib_status ib_describe_plugin(const char *plugin, bool whole, json_t **out)
{
    const struct ib_plugin_tables *tables;
    uint32_t count;
    IB_TRY(ib_impls_load(plugin, &tables, &count));
    *out = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(*out, describe_table(plugin, &tables[i], whole));
    return IB_OK;
}

enum ib_status ib_describe_probe(const char *plugin, const char *name, json_t **out)
{
    const struct ib_impl *impl;
    IB_TRY(ib_impl_load(name, plugin, &impl));
    *out = json_object();
    add_probe(*out, impl);
    return IB_OK;
}

enum ib_status ib_describe_libraries(const char *plugin, const char *name, json_t **out)
{
    const struct ib_impl *impl;
    IB_TRY(ib_impl_load(name, plugin, &impl));
    *out = json_object();
    add_libraries(*out, impl);
    return IB_OK;
}
