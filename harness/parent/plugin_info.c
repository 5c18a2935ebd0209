#include "parent/plugin_info.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

enum { OPTIONS_MAX = 64, TEXT_MAX = 512 };

/* External programs send words; this program's workers, older ones included, send numbers. */
static const struct ib_word option_types[] = {
    {"int", IB_OPTION_INT}, {"bool", IB_OPTION_BOOL}, {"text", IB_OPTION_TEXT}, {NULL, 0}};

static enum ib_status refuse(const char *field, const char *wanted)
{
    return ib_fail(IB_EINVAL, NULL, "in its description, `%s` must be %s", field, wanted);
}

/* A text, truncated to TEXT_MAX bytes; NULL if absent. */
static enum ib_status read_text(const json_t *object, const char *field, struct ib_arena *arena,
                                const char **out)
{
    const json_t *value = json_object_get(object, field);
    *out = json_is_string(value) ? ib_arena_print(arena, "%.*s", TEXT_MAX, json_string_value(value)) : NULL;
    return !value || json_is_null(value) || *out ? IB_OK : refuse(field, "text or null");
}

static enum ib_status read_bool(const json_t *object, const char *field, bool *out)
{
    const json_t *value = json_object_get(object, field);
    *out = json_is_true(value);
    return !value || json_is_boolean(value) ? IB_OK : refuse(field, "true or false");
}

static enum ib_status read_type(const json_t *value, enum ib_option_type *out)
{
    int type = (int)json_integer_value(value);
    if (json_is_string(value) && !ib_word_value(option_types, json_string_value(value), &type))
        type = 0;
    *out = (enum ib_option_type)type;
    return type >= IB_OPTION_INT && type <= IB_OPTION_TEXT ? IB_OK
                                                           : refuse("options.type", "int, bool or text");
}

static enum ib_status read_option(const json_t *item, struct ib_arena *arena, struct ib_option *out)
{
    IB_TRY(read_text(item, "name", arena, &out->name));
    if (!out->name || !out->name[0] || strpbrk(out->name, " =") || strcmp(out->name, "name") == 0)
        return refuse("options.name", "a single word other than `name`");
    IB_TRY(read_type(json_object_get(item, "type"), &out->type));
    IB_TRY(read_text(item, "allowed", arena, &out->allowed));
    IB_TRY(read_text(item, "default", arena, &out->default_value));
    if (!out->default_value)
        return refuse("options.default", "text");
    return read_text(item, "help", arena, &out->help);
}

static enum ib_status read_options(const json_t *list, struct ib_arena *arena, const struct ib_option **out)
{
    const size_t n = json_array_size(list);
    struct ib_option *options = ib_arena_alloc(arena, (n + 1) * sizeof *options);
    if (list && !json_is_null(list) && (!json_is_array(list) || n > OPTIONS_MAX))
        return refuse("options", "a list of at most 64");
    for (size_t i = 0; i < n; i++)
        IB_TRY(read_option(json_array_get(list, i), arena, &options[i]));
    *out = options;
    return IB_OK;
}

/* Words that this program does not know are of a later version. */
static enum ib_status read_losses(const json_t *list, uint64_t *out)
{
    const size_t n = json_array_size(list);
    *out = 0;
    if (list && !json_is_null(list) && !json_is_array(list))
        return refuse("losses", "a list of losses");
    for (size_t i = 0; i < n; i++) {
        const json_t *word = json_array_get(list, i);
        int loss;
        if (!json_is_string(word))
            return refuse("losses", "a list of losses");
        if (ib_word_value(ib_loss_words, json_string_value(word), &loss))
            *out |= 1ull << loss;
    }
    return IB_OK;
}

static enum ib_status read_flags(const json_t *value, uint32_t *out)
{
    const json_int_t flags = json_integer_value(value);
    *out = (uint32_t)flags;
    return !value || (json_is_integer(value) && flags >= 0 && flags <= UINT32_MAX)
               ? IB_OK
               : refuse("flags", "a non-negative integer");
}

/* Words of later versions are passed over. */
static enum ib_status read_updates(const json_t *list, uint32_t *out)
{
    size_t i;
    json_t *item;
    *out = 0;
    if (list && !json_is_null(list) && !json_is_array(list))
        return refuse("updates", "a list of words");
    json_array_foreach (list, i, item) {
        int update = 0;
        if (json_is_string(item) && ib_word_value(ib_update_words, json_string_value(item), &update))
            *out |= (uint32_t)update;
    }
    return IB_OK;
}

enum ib_status ib_plugin_info_read(const json_t *impl, struct ib_arena *arena, struct ib_impl_info *info)
{
    struct ib_impl_info read = *info;
    bool fused;
    if (!json_is_object(impl))
        return refuse("impls", "a list of objects");
    IB_TRY(read_text(impl, "summary", arena, &read.summary));
    IB_TRY(read_text(impl, "source", arena, &read.source));
    IB_TRY(read_text(impl, "reason", arena, &read.reason));
    IB_TRY(read_text(impl, "libraries", arena, &read.libraries));
    IB_TRY(read_text(impl, "algorithm", arena, &read.algorithm));
    IB_TRY(read_flags(json_object_get(impl, "flags"), &read.flags));
    IB_TRY(read_updates(json_object_get(impl, "updates"), &read.updates));
    IB_TRY(read_bool(impl, "device", &read.device));
    IB_TRY(read_bool(impl, "fused", &fused));
    IB_TRY(read_bool(impl, "available", &read.available));
    IB_TRY(read_losses(json_object_get(impl, "losses"), &read.losses));
    IB_TRY(read_options(json_object_get(impl, "options"), arena, &read.options));
    if (!json_object_get(impl, "available"))
        return refuse("available", "true or false");
    if (read.command)
        read.flags &= IB_DETERMINISTIC; /* the other flags are internal */
    else
        read.path = fused ? "fused" : "ops";
    if (read.algorithm && !read.algorithm[0])
        read.algorithm = NULL;
    if (!read.available && !read.reason)
        read.reason = "it reports that it is unavailable, without a reason";
    *info = read;
    return IB_OK;
}
