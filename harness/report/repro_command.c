#include "report/repro_command.h"

#include "data/dataset.h"
#include "report/summary.h"

#include <string.h>

/* What a case's axes are called on a command line: as a flag of `train` and in a selection. */
static const struct axis {
    const char *member, *flag, *name;
} axes[] = {
    {"model", "--model", "model"},
    {"dataset", "--data", "dataset"},
    {"impl", "--impl", "impl"},
    {"dtype", "--dtype", "dtype"},
    {"residency", "--residency", "residency"},
    {"hidden", "--hidden", "hidden"},
    {"act", "--act", "act"},
    {"loss", "--loss", "loss"},
    {"init", "--init", "init"},
    {"lr", "--lr", "lr"},
    {"epochs", "--epochs", "epochs"},
    {"seed", "--seed", "seed"},
};
enum { AXIS_COUNT = sizeof axes / sizeof *axes };

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

/* "6,6", "none", "0.01"; NULL where the axis means nothing to the case. */
static const char *axis_text(struct ib_arena *arena, const json_t *c, const char *member)
{
    const json_t *value = ib_member(c, member);
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_number(value))
        return ib_arena_print(arena, "%.15g", json_number_value(value));
    if (!json_is_array(value))
        return NULL;
    const char *text = NULL;
    for (size_t i = 0; i < json_array_size(value); i++)
        text = ib_arena_print(arena, "%s%s%" JSON_INTEGER_FORMAT, text ? text : "", text ? "," : "",
                              json_integer_value(json_array_get(value, i)));
    return text ? text : "none";
}

/* Host implementations have no other residency; the loss of linreg and logreg is theirs. */
static bool is_implied(const json_t *c, const char *member)
{
    return (strcmp(member, "residency") == 0 && strcmp(ib_member_text(c, member), "host") == 0) ||
           (strcmp(member, "loss") == 0 && json_is_null(ib_member(c, "hidden")));
}

static const char *train_command(struct ib_arena *arena, const json_t *c)
{
    const char *text = "ironbench train", *name;
    const json_t *value;
    for (int i = 0; i < AXIS_COUNT; i++) {
        const char *word = axis_text(arena, c, axes[i].member);
        if (word && !is_implied(c, axes[i].member))
            text = ib_arena_print(arena, "%s %s %s", text, axes[i].flag, quoted(arena, word));
    }
    json_object_foreach ((json_t *)(uintptr_t)ib_member(c, "options"), name, value)
        text = ib_arena_print(arena, "%s --option %s", text,
                              quoted(arena, ib_arena_print(arena, "%s=%s", name, json_string_value(value))));
    return text;
}

static const char *run_command(struct ib_arena *arena, const json_t *run, const json_t *c)
{
    const char *selection = "";
    for (int i = 0; i < AXIS_COUNT; i++) {
        const char *word = axis_text(arena, c, axes[i].member);
        if (word && !is_implied(c, axes[i].member))
            selection =
                ib_arena_print(arena, "%s%s%s=%s", selection, selection[0] ? "," : "", axes[i].name, word);
    }
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
