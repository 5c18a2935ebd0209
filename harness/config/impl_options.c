#include "config/impl_options.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OPTIONS_MAX = 64 };

/* ---- Settings ---- */

/* range: "min..max", or NULL for any. */
static bool in_range(const char *range, int64_t value)
{
    long long min, max;
    return !range || (sscanf(range, "%lld..%lld", &min, &max) == 2 && value >= min && value <= max);
}

/* Whether `value` is one of "a|b|c"; NULL allows any. */
static bool in_list(const char *list, const char *value)
{
    size_t length = strlen(value);
    for (const char *item = list; item; item = strchr(item, '|')) {
        item += *item == '|';
        if (strncmp(item, value, length) == 0 && (item[length] == '|' || item[length] == '\0'))
            return true;
    }
    return !list;
}

/* The canonical spelling of the value; NULL if the option does not allow it. */
static const char *canonical(struct ib_arena *arena, const struct ib_option *option, const char *value)
{
    int64_t number;
    switch (option->type) {
    case IB_OPTION_INT:
        if (ib_parse_i64(value, &number) && in_range(option->allowed, number))
            return ib_arena_print(arena, "%" PRId64, number);
        return NULL;
    case IB_OPTION_BOOL:
        return in_list("true|false", value) ? value : NULL;
    case IB_OPTION_TEXT:
        return in_list(option->allowed, value) ? value : NULL;
    }
    return NULL;
}

static enum ib_status refuse_setting(const struct ib_impl_info *info, const struct ib_option *option,
                                     const char *value, const char *where)
{
    static const char *const kinds[] = {
        [IB_OPTION_INT] = "an integer", [IB_OPTION_BOOL] = "true or false", [IB_OPTION_TEXT] = "one of"};
    const char *allowed = option->type == IB_OPTION_BOOL ? NULL : option->allowed;
    return ib_fail(IB_EINVAL, where, "%s: option `%s`: `%s` is not %s%s%s", info->name, option->name,
                   IB_SHORT(value), kinds[option->type], allowed ? " " : "", allowed ? allowed : "");
}

static enum ib_status refuse_option(const struct ib_impl_info *info, const char *name, const char *where)
{
    const char *names[OPTIONS_MAX + 1] = {NULL};
    char list[512], hint[128];
    for (size_t i = 0; info->options[i].name && i < OPTIONS_MAX; i++)
        names[i] = info->options[i].name;
    if (!names[0])
        return ib_fail(IB_EINVAL, where, "%s: unknown option `%s`; this implementation has no options",
                       info->name, IB_SHORT(name));
    return ib_fail(IB_EINVAL, where, "%s: unknown option `%s`%s; allowed: %s", info->name, IB_SHORT(name),
                   ib_hint(name, names, hint, sizeof hint), ib_name_list(names, list, sizeof list));
}

/* A plugin that could not be loaded has not reported its options. */
static bool options_are_unknown(const struct ib_impl_info *info)
{
    return !info->available && !info->options[0].name;
}

/* Whether the value asks for fewer digits than the type has. Such rows are always named so, and judged so,
 * even where it is the default. */
static bool is_reduced(const struct ib_option *option, const char *value)
{
    return ib_products_of_option(option->name, value) != IB_PRODUCTS_F32;
}

/* Adds a setting to a choice unless it equals the default. */
static enum ib_status add_setting(struct ib_arena *arena, const struct ib_setting *given, const char *where,
                                  struct ib_configured_impl *choice, struct ib_setting *settings)
{
    const struct ib_option *option = choice->info->options;
    while (option->name && strcmp(option->name, given->name) != 0)
        option++;
    struct ib_setting setting = *given;
    if (option->name) {
        setting.value = canonical(arena, option, given->value);
        if (!setting.value)
            return refuse_setting(choice->info, option, given->value, where);
        if (strcmp(setting.value, option->default_value) == 0 && !is_reduced(option, setting.value))
            return IB_OK;
    } else if (!options_are_unknown(choice->info)) {
        return refuse_option(choice->info, given->name, where);
    }
    settings[choice->n_settings++] = setting;
    return IB_OK;
}

static bool is_given(const struct ib_axis_value *from, const char *name)
{
    size_t i = 0;
    while (i < from->n_settings && strcmp(from->settings[i].name, name) != 0)
        i++;
    return i < from->n_settings;
}

static void add_reduced_default(const struct ib_axis_value *from, struct ib_configured_impl *choice,
                                struct ib_setting *settings)
{
    for (const struct ib_option *option = choice->info->options; option->name; option++) {
        if (!is_reduced(option, option->default_value) || is_given(from, option->name))
            continue;
        size_t at = choice->n_settings++; /* sorted by name */
        for (; at > 0 && strcmp(settings[at - 1].name, option->name) > 0; at--)
            settings[at] = settings[at - 1];
        settings[at] = (struct ib_setting){option->name, option->default_value};
    }
}

/* ---- Values ---- */

struct resolved {
    struct ib_axis_value *list;
    size_t n, capacity;
};

static enum ib_status add_choice(struct ib_arena *arena, const struct ib_impl_info *info,
                                 const struct ib_axis_value *from, struct resolved *out)
{
    struct ib_configured_impl *choice = ib_arena_alloc(arena, sizeof *choice);
    size_t n_options = 0; /* each may add its default */
    while (info->options[n_options].name)
        n_options++;
    struct ib_setting *settings =
        ib_arena_alloc(arena, (from->n_settings + n_options + 1) * sizeof *settings);
    *choice = (struct ib_configured_impl){.info = info, .settings = settings};
    for (size_t i = 0; i < from->n_settings; i++)
        IB_TRY(add_setting(arena, &from->settings[i], from->where, choice, settings));
    add_reduced_default(from, choice, settings);
    choice->label = ib_settings_label(arena, info->name, settings, choice->n_settings);
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->list[i].text, choice->label) == 0)
            return IB_OK;
    out->list = ib_arena_grow(arena, out->list, sizeof *out->list, out->n, &out->capacity);
    struct ib_axis_value *value = &out->list[out->n++];
    *value = *from;
    value->text = value->identity = choice->label;
    value->name = info->name;
    value->object = choice;
    return IB_OK;
}

static enum ib_status add_matching(struct ib_registry *registry, struct ib_arena *arena,
                                   const struct ib_axis_value *from, struct resolved *out)
{
    bool any = false;
    for (const char *const *name = ib_registry_names(registry); *name; name++) {
        if (!ib_glob(from->name, *name))
            continue;
        const struct ib_impl_info *info = ib_registry_find(registry, *name);
        if (info->flags & IB_HIDDEN)
            continue;
        IB_TRY(add_choice(arena, info, from, out));
        any = true;
    }
    return any ? IB_OK
               : ib_fail(IB_EINVAL, from->where, "no implementation matches `%s`", IB_SHORT(from->name));
}

static enum ib_status add_named(struct ib_registry *registry, struct ib_arena *arena,
                                const struct ib_axis_value *from, struct resolved *out)
{
    const struct ib_impl_info *info = ib_registry_find(registry, from->name);
    if (info)
        return add_choice(arena, info, from, out);
    const char *const *names = ib_registry_names(registry);
    char list[512], hint[128];
    return ib_fail(IB_EINVAL, from->where, "unknown implementation `%s`%s; allowed: %s", IB_SHORT(from->name),
                   ib_hint(from->name, names, hint, sizeof hint), ib_name_list(names, list, sizeof list));
}

enum ib_status ib_impl_options_resolve(struct ib_registry *registry, struct ib_arena *arena,
                                       const struct ib_axis *axis, struct ib_axis *out)
{
    struct resolved resolved = {0};
    for (size_t i = 0; i < axis->n; i++) {
        const struct ib_axis_value *value = &axis->values[i];
        bool is_glob = strpbrk(value->name, "*?") != NULL;
        IB_TRY((is_glob ? add_matching : add_named)(registry, arena, value, &resolved));
    }
    *out = (struct ib_axis){.values = resolved.list, .n = resolved.n, .given = axis->given};
    return IB_OK;
}
