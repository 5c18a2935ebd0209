#include "report/repro_command.h"

#include "config/axes.h"
#include "report/summary.h"

#include <string.h>

/* Between single quotes nothing is special to a shell but the quote itself. */
static const char *quoted(struct ib_arena *arena, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/";
    if (text[0] && strspn(text, plain) == strlen(text))
        return text;
    const char *out = "'", *quote;
    for (; (quote = strchr(text, '\'')); text = quote + 1)
        out = ib_arena_print(arena, "%s%.*s'\\''", out, (int)(quote - text), text);
    return ib_arena_print(arena, "%s%s'", out, text);
}

/* "6,6", "none", "0.01"; NULL where the record has nothing. */
static const char *axis_text(struct ib_arena *arena, const json_t *value)
{
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_number(value))
        return ib_arena_print(arena, "%.15g", json_number_value(value));
    if (!json_is_array(value))
        return NULL;
    const char *text = "none";
    for (size_t i = 0; i < json_array_size(value); i++)
        text = ib_arena_print(arena, "%s%s%" JSON_INTEGER_FORMAT, i ? text : "", i ? "," : "",
                              json_integer_value(json_array_get(value, i)));
    return text;
}

/* The values of the axes that apply to a stored case, NULL for the others. What decides it, model, layers and
 * device, is taken from the record. */
static void read_axes(struct ib_arena *arena, const json_t *record, const char *values[IB_AXIS_COUNT])
{
    const struct ib_impl_info info = {.device = strcmp(ib_member_text(record, "residency"), "host") != 0};
    const struct ib_configured_impl impl = {.info = &info};
    const struct ib_case c = {.model = ib_model_find(ib_member_text(record, "model")),
                              .n_hidden = (uint32_t)json_array_size(ib_member(record, "hidden")),
                              .impl = &impl};
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        values[k] = c.model && ib_axis_applies((enum ib_axis_kind)k, &c)
                        ? axis_text(arena, ib_member(record, ib_axis_rules[k].name))
                        : NULL;
}

/* Flags that would say the default are left out. */
static const char *train_command(struct ib_arena *arena, const json_t *c)
{
    const char *text = "ironbench train", *name, *values[IB_AXIS_COUNT];
    const json_t *value;
    read_axes(arena, c, values);
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        const char *initial = ib_axis_train_default((enum ib_axis_kind)k);
        if (values[k] && !(initial && strcmp(values[k], initial) == 0))
            text = ib_arena_print(arena, "%s %s %s", text, ib_axis_rules[k].flag, quoted(arena, values[k]));
    }
    json_object_foreach ((json_t *)(uintptr_t)ib_member(c, "options"), name, value)
        text = ib_arena_print(arena, "%s --option %s", text,
                              quoted(arena, ib_arena_print(arena, "%s=%s", name, json_string_value(value))));
    return text;
}

static const char *run_command(struct ib_arena *arena, const json_t *run, const json_t *c)
{
    const char *selection = "", *values[IB_AXIS_COUNT];
    read_axes(arena, c, values);
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (values[k])
            selection = ib_arena_print(arena, "%s%s%s=%s", selection, selection[0] ? "," : "",
                                       ib_axis_rules[k].name, values[k]);
    return ib_arena_print(arena, "ironbench run %s -s %s",
                          quoted(arena, ib_arena_print(arena, "%s.yaml", ib_member_text(run, "name"))),
                          quoted(arena, selection));
}

const char *ib_repro_command(struct ib_arena *arena, const json_t *run, const json_t *c)
{
    struct ib_dataset_spec spec;
    bool shipped = ib_dataset_find(arena, ib_member_text(c, "dataset"), NULL, 0, NULL, &spec) == IB_OK;
    bool logs =
        ib_member_number(c, "log_every") > 0; /* in its timed passes, too, which `train` does not do */
    return shipped && !logs ? train_command(arena, c) : run_command(arena, run, c);
}
