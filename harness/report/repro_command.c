#include "report/repro_command.h"

#include "data/dataset.h"
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

/* Host implementations have no other residency; the loss of linreg and logreg is theirs. */
static bool is_implied(const struct ib_case_record *c, enum ib_axis_kind kind)
{
    return !c->axis[kind] || (kind == IB_AXIS_RESIDENCY && c->residency == IB_HOST) ||
           (kind == IB_AXIS_LOSS && !c->axis[IB_AXIS_HIDDEN]) || kind == IB_AXIS_LOG_EVERY;
}

static const char *train_command(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *text = "ironbench train";
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        const char *flag = k == IB_AXIS_DATASET ? "data" : ib_axis_rules[k].name;
        if (!is_implied(c, (enum ib_axis_kind)k))
            text = ib_arena_print(arena, "%s --%s %s", text, flag, quoted(arena, c->axis[k]));
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
        if (!is_implied(c, (enum ib_axis_kind)k))
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
    bool logs = ib_case_record_number(c, IB_AXIS_LOG_EVERY) >
                0; /* in its timed passes, too, which `train` does not do */
    return shipped && !logs ? train_command(arena, c) : run_command(arena, run, c);
}
