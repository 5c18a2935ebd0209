#include "report/repro_command.h"

#include "base/shell_words.h"
#include "config/axes.h"
#include "report/summary.h"

#include <string.h>

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
            text =
                ib_arena_print(arena, "%s %s %s", text, ib_axis_rules[k].flag, ib_shell_quote(arena, value));
    }
    for (size_t i = 0; i < c->n_options; i++)
        text = ib_arena_print(
            arena, "%s --option %s", text,
            ib_shell_quote(arena, ib_arena_print(arena, "%s=%s", c->options[i].name, c->options[i].value)));
    return text;
}

const char *ib_case_conditions(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *text = "";
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (applies(c, (enum ib_axis_kind)k))
            text = ib_arena_print(arena, "%s%s%s=%s", text, text[0] ? "," : "", ib_axis_rules[k].name,
                                  c->axis[k]);
    return text;
}

static const char *run_command(struct ib_arena *arena, const struct ib_run_record *run,
                               const struct ib_case_record *c)
{
    return ib_arena_print(arena, "ironbench run %s -s %s",
                          ib_shell_quote(arena, ib_arena_print(arena, "%s.yaml", run->name)),
                          ib_shell_quote(arena, ib_case_conditions(arena, c)));
}

bool ib_is_shipped(const char *dataset)
{
    struct ib_arena arena = {0};
    struct ib_dataset_spec spec;
    const bool found = ib_dataset_find(&arena, dataset, NULL, 0, NULL, &spec) == IB_OK;
    ib_arena_free(&arena);
    return found;
}

const char *ib_repro_command(struct ib_arena *arena, const struct ib_run_record *run,
                             const struct ib_case_record *c, bool shipped)
{
    /* `train` cannot log in timed passes. */
    bool logs = ib_case_record_number(c, IB_AXIS_LOG_EVERY) > 0;
    return shipped && !logs ? train_command(arena, c) : run_command(arena, run, c);
}
