#include "report/select_cases.h"

#include "base/error.h"
#include "config/case_filter.h"

/* The values of all cases by axis, as conditions read them. */
struct values {
    struct ib_axis_value *of[IB_AXIS_COUNT]; /* an element for each case */
    struct ib_dataset *datasets;             /* likewise: rows, cols and task */
};

/* The options of a case's implementation. The machine is no axis, since a configuration cannot choose it; it
 * is selected as an option is. */
static void use_settings(struct ib_arena *arena, const struct ib_case_record *c, struct ib_axis_value *value)
{
    struct ib_setting *settings = ib_arena_alloc(arena, (c->n_options + 1) * sizeof *settings);
    for (size_t i = 0; i < c->n_options; i++)
        settings[i] = c->options[i];
    if (c->machine)
        settings[c->n_options] = (struct ib_setting){IB_MACHINE_SUBJECT, c->machine};
    value->settings = settings;
    value->n_settings = c->n_options + (c->machine ? 1 : 0);
}

static struct ib_axis_value value_of(struct ib_arena *arena, const struct ib_case_record *c,
                                     enum ib_axis_kind kind)
{
    const char *text = c->axis[kind];
    struct ib_axis_value value = {.text = text, .number = ib_case_record_number(c, kind)};
    if (kind == IB_AXIS_IMPL) {
        value.text = c->label; /* with its options */
        value.name = text;
        use_settings(arena, c, &value);
    }
    return value;
}

static struct values values_of(const struct ib_run_record *run, struct ib_arena *arena)
{
    struct values out = {.datasets = ib_arena_alloc(arena, run->n * sizeof *out.datasets)};
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        out.of[k] = ib_arena_alloc(arena, run->n * sizeof *out.of[k]);
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_case_record *c = &run->cases[i];
        out.datasets[i] = (struct ib_dataset){.rows = c->rows, .cols = c->cols, .task = c->task};
        for (int k = 0; k < IB_AXIS_COUNT; k++)
            out.of[k][i] = value_of(arena, c, (enum ib_axis_kind)k);
    }
    return out;
}

static bool meets(const struct values *values, size_t i, const struct ib_case_filter *filter)
{
    const struct ib_axis_value *of_case[IB_AXIS_COUNT];
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        of_case[k] = values->of[k][i].text ? &values->of[k][i] : NULL;
    return ib_case_filter_matches(filter, of_case, &values->datasets[i]);
}

static bool meets_any(const struct values *values, size_t i, const struct ib_case_filter *filters, size_t n)
{
    for (size_t f = 0; f < n; f++)
        if (meets(values, i, &filters[f]))
            return true;
    return false;
}

/* The values that apply, as a product of axes would have them. */
static void list_values(const struct values *values, size_t n, struct ib_arena *arena,
                        struct ib_matrix_spec *out)
{
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        struct ib_axis_value *list = ib_arena_alloc(arena, n * sizeof *list);
        out->axes[k].values = list;
        for (size_t i = 0; i < n; i++)
            if (values->of[k][i].text)
                list[out->axes[k].n++] = values->of[k][i];
    }
}

/* As in `run`, every filter of `keep` must match, and the words of `drop` must be those of some case. */
static enum ib_status check_matches(const struct values *values, size_t n, struct ib_arena *arena,
                                    const struct ib_case_selection *selection)
{
    struct ib_matrix_spec spec = {0};
    list_values(values, n, arena, &spec);
    for (size_t f = 0; f < selection->n_keep; f++) {
        bool met = false;
        for (size_t i = 0; i < n && !met; i++)
            met = meets(values, i, &selection->keep[f]);
        if (!met)
            return ib_case_selection_missed(arena, &selection->keep[f], &spec, 1, values->datasets, n);
    }
    for (size_t f = 0; f < selection->n_drop; f++)
        IB_TRY(ib_case_filter_check_words(arena, &selection->drop[f], &spec, 1));
    return IB_OK;
}

static enum ib_status narrow(struct ib_run_record *run, const struct values *values,
                             const struct ib_case_selection *selection)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n; i++)
        if ((!selection->n_keep || meets_any(values, i, selection->keep, selection->n_keep)) &&
            !meets_any(values, i, selection->drop, selection->n_drop))
            run->cases[n++] = run->cases[i];
    if (!n)
        return ib_fail(IB_EINVAL, selection->n_drop ? IB_EXCLUDE_FLAG : IB_SELECT_FLAG,
                       "no case of this run is left");
    run->n = n;
    run->by_id = NULL; /* was of all cases; without it they are searched one by one */
    return IB_OK;
}

static const char *add_flags(struct ib_arena *arena, const char *text, const char *flag,
                             const char *const *list)
{
    for (; *list; list++)
        text = ib_arena_print(arena, "%s%s%s %s", text, text[0] ? " " : "", flag, *list);
    return text;
}

enum ib_status ib_select_cases(struct ib_run_record *run, const char *const *keep, const char *const *drop)
{
    struct ib_arena *arena = &run->arena;
    struct ib_case_selection selection;
    if (!*keep && !*drop)
        return IB_OK;
    const struct values values = values_of(run, arena);
    const size_t n_all = run->n;
    IB_TRY(ib_case_selection_parse(arena, keep, drop, &selection));
    IB_TRY(check_matches(&values, run->n, arena, &selection));
    IB_TRY(narrow(run, &values, &selection));
    const char *flags = add_flags(arena, add_flags(arena, "", IB_SELECT_FLAG, keep), IB_EXCLUDE_FLAG, drop);
    run->shown = ib_arena_print(arena, "%zu of %zu cases, selected by %s", run->n, n_all, flags);
    return IB_OK;
}
