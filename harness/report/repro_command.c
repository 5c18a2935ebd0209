#include "report/repro_command.h"

#include "config/axes.h"
#include "report/summary.h"

#include <string.h>

/* Within single quotes, only the quote itself is special to a shell. */
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

/* Does the axis apply to a stored case? That depends on model, layers and device, which the record contains.
 */
static bool applies(const struct ib_case_record *c, enum ib_axis_kind kind)
{
    const struct ib_impl_info info = {.device = c->residency != IB_HOST};
    const struct ib_configured_impl impl = {.info = &info};
    const char *layers = c->axis[IB_AXIS_HIDDEN];
    const struct ib_case stored = {.model = ib_model_find(c->axis[IB_AXIS_MODEL]),
                                   .spec.net.n_layers =
                                       layers && strcmp(layers, "none") != 0 ? 2 : 1, /* only > 1 matters */
                                   .impl = &impl};
    return c->axis[kind] && stored.model && ib_axis_applies(kind, &stored);
}

/* Omits flags that have their default. */
static const char *train_command(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *text = "ironbench train";
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        const char *initial = ib_axis_train_default((enum ib_axis_kind)k), *value = c->axis[k];
        if (applies(c, (enum ib_axis_kind)k) && !(initial && strcmp(value, initial) == 0))
            text = ib_arena_print(arena, "%s %s %s", text, ib_axis_rules[k].flag, quoted(arena, value));
    }
    for (size_t i = 0; i < c->n_options; i++)
        text = ib_arena_print(
            arena, "%s --option %s", text,
            quoted(arena, ib_arena_print(arena, "%s=%s", c->options[i].name, c->options[i].value)));
    return text;
}

static const char *run_command(struct ib_arena *arena, const struct ib_run_record *run,
                               const struct ib_case_record *c)
{
    const char *selection = "";
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (applies(c, (enum ib_axis_kind)k))
            selection = ib_arena_print(arena, "%s%s%s=%s", selection, selection[0] ? "," : "",
                                       ib_axis_rules[k].name, c->axis[k]);
    return ib_arena_print(arena, "ironbench run %s -s %s",
                          quoted(arena, ib_arena_print(arena, "%s.yaml", run->name)),
                          quoted(arena, selection));
}

const char *ib_repro_command(struct ib_arena *arena, const struct ib_run_record *run,
                             const struct ib_case_record *c)
{
    struct ib_dataset_spec spec;
    bool shipped = ib_dataset_find(arena, c->axis[IB_AXIS_DATASET], NULL, 0, NULL, &spec) == IB_OK;
    /* `train` cannot log in timed passes. */
    bool logs = ib_case_record_number(c, IB_AXIS_LOG_EVERY) > 0;
    return shipped && !logs ? train_command(arena, c) : run_command(arena, run, c);
}
