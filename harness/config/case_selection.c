#include "config/case_selection.h"

#include "base/error.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN_MAX = 12 }; /* names in a message */

static enum ib_status parse_all(struct ib_arena *arena, const char *flag, const char *const *texts,
                                const struct ib_case_filter **out, size_t *n)
{
    *n = 0;
    while (texts && texts[*n])
        ++*n;
    struct ib_case_filter *all = ib_arena_alloc(arena, *n * sizeof *all);
    for (size_t i = 0; i < *n; i++)
        IB_TRY(ib_case_filter_parse(arena, flag, texts[i], &all[i]));
    *out = all;
    return IB_OK;
}

enum ib_status ib_case_selection_parse(struct ib_arena *arena, const char *const *keep,
                                       const char *const *drop, struct ib_case_selection *out)
{
    IB_TRY(parse_all(arena, IB_SELECT_FLAG, keep, &out->keep, &out->n_keep));
    return parse_all(arena, IB_EXCLUDE_FLAG, drop, &out->drop, &out->n_drop);
}

/* ---- Why a selection matches nothing ---- */

/* What the cases of a sweep have of one subject, each once. */
struct offer {
    struct ib_arena *arena;
    const char **names;
    size_t n, capacity;
    bool met; /* by one of them */
};

/* Behind the last name, which need not be one. */
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

static void offer_axes(struct offer *offer, const struct ib_filter_term *condition,
                       const struct ib_matrix_spec *specs, size_t n)
{
    const struct ib_axis_value *values[IB_AXIS_COUNT] = {NULL};
    for (size_t i = 0; i < n; i++) {
        const struct ib_axis *axis = &specs[i].axes[condition->subject];
        for (size_t j = 0; j < axis->n; j++) {
            values[condition->subject] = &axis->values[j];
            add_name(offer, axis->values[j].text, ib_filter_term_matches(condition, values, NULL));
        }
    }
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
    char list[512], hint[128];
    bool more = offer->n > SHOWN_MAX;
    for (size_t i = 0; i < offer->n && i < SHOWN_MAX; i++)
        shown[i] = offer->names[i];
    set_next(offer, NULL);
    ib_name_list(shown, list, sizeof list);
    if (condition->relation == IB_MATCHES)
        ib_hint(condition->text, offer->names, hint, sizeof hint);
    else
        hint[0] = '\0';
    return ib_fail(IB_EINVAL, conditions->where, "matches no case: none has %s `%.100s`%s; there is %s%s",
                   ib_subject_names()[condition->subject], condition->text, hint, list,
                   more ? " and more" : "");
}

enum ib_status ib_case_selection_missed(struct ib_arena *arena, const struct ib_case_filter *conditions,
                                        const struct ib_matrix_spec *specs, size_t n_specs,
                                        const struct ib_dataset *datasets, size_t n_datasets)
{
    for (size_t i = 0; i < conditions->n; i++) {
        const struct ib_filter_term *condition = &conditions->list[i];
        struct offer offer = {.arena = arena};
        if (condition->subject < IB_AXIS_COUNT)
            offer_axes(&offer, condition, specs, n_specs);
        else
            offer_properties(&offer, condition, datasets, n_datasets);
        if (!offer.met)
            return refuse(&offer, conditions, condition);
    }
    return ib_fail(IB_EINVAL, conditions->where,
                   "matches no case: each condition can be met, but no case that is left meets all");
}
