/* Why a selection matches no case. */
#include "base/error.h"
#include "config/case_filter.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN_MAX = 12 }; /* names in a message */

/* The distinct values of one subject in a sweep. */
struct offer {
    struct ib_arena *arena;
    const char **names;
    size_t n, capacity;
    bool met; /* one of them meets the condition */
};

/* Stores a name, or the final NULL, after the last one without counting it. */
static void set_next(struct offer *offer, const char *name)
{
    offer->names =
        ib_arena_grow(offer->arena, offer->names, sizeof *offer->names, offer->n, &offer->capacity);
    offer->names[offer->n] = name;
}

static void add_name(struct offer *offer, const char *name, bool met)
{
    offer->met |= met;
    for (size_t i = 0; i < offer->n; i++)
        if (strcmp(offer->names[i], name) == 0)
            return;
    set_next(offer, name);
    offer->n++;
}

static void offer_axis(struct offer *offer, const struct ib_filter_term *condition, int axis_kind,
                       const struct ib_matrix_spec *specs, size_t n)
{
    const struct ib_axis_value *values[IB_AXIS_COUNT] = {NULL};
    for (size_t i = 0; i < n; i++) {
        const struct ib_axis *axis = &specs[i].axes[axis_kind];
        for (size_t j = 0; j < axis->n; j++) {
            values[axis_kind] = &axis->values[j];
            add_name(offer, axis->values[j].text, ib_filter_term_matches(condition, values, NULL));
        }
    }
}

static void offer_words(struct offer *offer, const struct ib_filter_term *condition,
                        const struct ib_matrix_spec *specs, size_t n)
{
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!ib_axis_is_number((enum ib_axis_kind)k))
            offer_axis(offer, condition, k, specs, n);
}

/* rows, cols or task of a data set, as text. */
static const char *property_of(struct ib_arena *arena, int subject, const struct ib_dataset *dataset)
{
    if (subject == IB_SUBJECT_TASK)
        return ib_word_of(ib_task_words, (int)dataset->task);
    return ib_arena_print(arena, "%" PRIu64, subject == IB_SUBJECT_ROWS ? dataset->rows : dataset->cols);
}

static void offer_properties(struct offer *offer, const struct ib_filter_term *condition,
                             const struct ib_dataset *datasets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_name(offer, property_of(offer->arena, condition->subject, &datasets[i]),
                 ib_filter_term_matches(condition, NULL, &datasets[i]));
}

static enum ib_status refuse(struct offer *offer, const struct ib_case_filter *conditions,
                             const struct ib_filter_term *condition)
{
    const char *shown[SHOWN_MAX + 1] = {NULL};
    char list[512], hint[128] = "";
    const bool more = offer->n > SHOWN_MAX, is_word = condition->subject == IB_SUBJECT_ANY;
    for (size_t i = 0; i < offer->n && i < SHOWN_MAX; i++)
        shown[i] = offer->names[i];
    set_next(offer, NULL);
    ib_name_list(shown, list, sizeof list);
    if (condition->relation == IB_MATCHES)
        ib_hint(condition->text, offer->names, hint, sizeof hint);
    return ib_fail(IB_EINVAL, conditions->where, "matches no case: none has %s `%s`%s; available: %s%s",
                   is_word ? "the word" : ib_subject_names()[condition->subject], IB_SHORT(condition->text),
                   hint, list, more ? " and more" : "");
}

/* A name that is not an axis may be an option of an implementation, or misspelt. */
static enum ib_status refuse_option(const struct ib_case_filter *conditions,
                                    const struct ib_filter_term *condition)
{
    char hint[128];
    const char *option = IB_SHORT(condition->option);
    return ib_fail(IB_EINVAL, conditions->where,
                   "matches no case: `%s` is not an axis, rows, cols or task%s, and no implementation has "
                   "the option %s=%s",
                   option, ib_hint(condition->option, ib_subject_names(), hint, sizeof hint), option,
                   IB_SHORT(condition->text));
}

/* IB_OK if some value meets the condition. */
static enum ib_status check_term(struct ib_arena *arena, const struct ib_case_filter *conditions,
                                 const struct ib_filter_term *condition, const struct ib_matrix_spec *specs,
                                 size_t n_specs, const struct ib_dataset *datasets, size_t n_datasets)
{
    struct offer offer = {.arena = arena};
    if (condition->subject < IB_AXIS_COUNT)
        offer_axis(&offer, condition, condition->subject, specs, n_specs);
    else if (condition->subject >= IB_SUBJECT_COUNT)
        offer_words(&offer, condition, specs, n_specs);
    else
        offer_properties(&offer, condition, datasets, n_datasets);
    if (offer.met)
        return IB_OK;
    return condition->subject == IB_SUBJECT_OPTION ? refuse_option(conditions, condition)
                                                   : refuse(&offer, conditions, condition);
}

enum ib_status ib_case_selection_missed(struct ib_arena *arena, const struct ib_case_filter *conditions,
                                        const struct ib_matrix_spec *specs, size_t n_specs,
                                        const struct ib_dataset *datasets, size_t n_datasets)
{
    for (size_t i = 0; i < conditions->n; i++)
        IB_TRY(check_term(arena, conditions, &conditions->list[i], specs, n_specs, datasets, n_datasets));
    return ib_fail(
        IB_EINVAL, conditions->where,
        "matches no case: each condition matches some case, but no remaining case meets all of them; "
        "repeat it to add other cases");
}

/* A glob stands for names that only the implementations know. */
static bool has_impl_globs(const struct ib_matrix_spec *specs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < specs[i].axes[IB_AXIS_IMPL].n; j++)
            if (strpbrk(specs[i].axes[IB_AXIS_IMPL].values[j].text, "*?"))
                return true;
    return false;
}

/* Options, and properties of data sets, are not known yet. */
static bool is_decided(const struct ib_filter_term *condition, bool impl_globs)
{
    if (condition->subject < IB_AXIS_COUNT && condition->subject != IB_AXIS_IMPL)
        return true;
    return (condition->subject == IB_AXIS_IMPL || condition->subject == IB_SUBJECT_ANY) && !impl_globs &&
           !strpbrk(condition->pattern, "*?");
}

enum ib_status ib_case_selection_check_names(struct ib_arena *arena,
                                             const struct ib_case_selection *selection,
                                             const struct ib_matrix_spec *specs, size_t n_specs)
{
    const bool impl_globs = has_impl_globs(specs, n_specs);
    for (const struct ib_case_filter *f = selection->keep; f < selection->keep + selection->n_keep; f++)
        for (size_t i = 0; i < f->n; i++)
            if (is_decided(&f->list[i], impl_globs))
                IB_TRY(check_term(arena, f, &f->list[i], specs, n_specs, NULL, 0));
    return IB_OK;
}

enum ib_status ib_case_filter_check_words(struct ib_arena *arena, const struct ib_case_filter *conditions,
                                          const struct ib_matrix_spec *specs, size_t n_specs)
{
    for (size_t i = 0; i < conditions->n; i++) {
        const struct ib_filter_term *condition = &conditions->list[i];
        if (condition->subject >= IB_SUBJECT_COUNT && !strpbrk(condition->pattern, "*?"))
            IB_TRY(check_term(arena, conditions, condition, specs, n_specs, NULL, 0));
    }
    return IB_OK;
}
