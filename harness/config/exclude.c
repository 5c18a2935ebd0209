#include "config/exclude.h"

#include "base/error.h"

#include <string.h>

static const char *const property_names[] = {"rows", "cols", "task"};

const char *const *ib_subject_names(void)
{
    static const char *names[IB_SUBJECT_COUNT + 1];
    memcpy(names, ib_axis_names(), IB_AXIS_COUNT * sizeof *names);
    memcpy(names + IB_AXIS_COUNT, property_names, sizeof property_names);
    return names;
}

int ib_subject_find(const char *name)
{
    int subject = 0;
    while (subject < IB_SUBJECT_COUNT && strcmp(ib_subject_names()[subject], name) != 0)
        subject++;
    return subject;
}

static bool is_number(int subject)
{
    if (subject < IB_AXIS_COUNT)
        return ib_axis_is_number((enum ib_axis_kind)subject);
    return subject != IB_SUBJECT_TASK;
}

/* Takes ">=" and the like off the text; IB_MATCHES where there is none. */
static enum ib_relation take_relation(const char **text)
{
    static const struct ib_word relations[] = {{">=", IB_AT_LEAST}, {">", IB_ABOVE}, {"<=", IB_AT_MOST},
                                               {"<", IB_BELOW},     {"=", IB_EQUAL}, {NULL, 0}};
    for (const struct ib_word *r = relations; r->word; r++) {
        if (strncmp(*text, r->word, strlen(r->word)) == 0) {
            *text += strlen(r->word);
            *text += strspn(*text, " ");
            return (enum ib_relation)r->value;
        }
    }
    return IB_MATCHES;
}

/* A text without '*' and '?' must be one that the subject can have, spelt as it is spelt there. */
static enum ib_status read_pattern(struct ib_arena *arena, int subject, const char *text, const char *where,
                                   struct ib_condition *out)
{
    out->pattern = ib_arena_copy(arena, text);
    if (strpbrk(text, "*?"))
        return IB_OK;
    if (subject == IB_SUBJECT_TASK) {
        int task;
        char list[64];
        if (!ib_word_value(ib_task_words, text, &task))
            return ib_fail(IB_EINVAL, where, "`%.100s` is not %s", text,
                           ib_word_list(ib_task_words, list, sizeof list));
        return IB_OK;
    }
    struct ib_axis_value value;
    IB_TRY(ib_axis_parse(arena, (enum ib_axis_kind)subject, text, where, &value));
    out->pattern = value.text;
    return IB_OK;
}

enum ib_status ib_condition_parse(struct ib_arena *arena, const char *subject, const char *text,
                                  const char *where, struct ib_condition *out)
{
    *out = (struct ib_condition){.subject = ib_subject_find(subject)};
    if (out->subject == IB_SUBJECT_COUNT)
        return ib_fail(IB_EINVAL, where, "`%.100s` is not an axis, rows, cols or task", subject);
    const char *rest = text;
    out->relation = take_relation(&rest);
    if (!is_number(out->subject)) {
        if (out->relation != IB_MATCHES)
            return ib_fail(IB_EINVAL, where, "`%.100s` compares, but this is no number", text);
        return read_pattern(arena, out->subject, text, where, out);
    }
    if (!ib_parse_f64(rest, &out->number))
        return ib_fail(IB_EINVAL, where, "`%.100s` is not a number, or one of >= > <= < = and a number",
                       text);
    if (out->relation == IB_MATCHES)
        out->relation = IB_EQUAL;
    return IB_OK;
}

static bool compare(double value, enum ib_relation relation, double number)
{
    switch (relation) {
    case IB_EQUAL:
        return value == number;
    case IB_BELOW:
        return value < number;
    case IB_AT_MOST:
        return value <= number;
    case IB_ABOVE:
        return value > number;
    case IB_AT_LEAST:
        return value >= number;
    case IB_MATCHES:
        break;
    }
    return false;
}

static bool is_met(const struct ib_condition *condition, const struct ib_axis_value *const *values,
                   const struct ib_dataset *dataset)
{
    switch (condition->subject) {
    case IB_SUBJECT_ROWS:
        return compare((double)dataset->rows, condition->relation, condition->number);
    case IB_SUBJECT_COLS:
        return compare((double)dataset->cols, condition->relation, condition->number);
    case IB_SUBJECT_TASK:
        return ib_glob(condition->pattern, ib_word_of(ib_task_words, (int)dataset->task));
    default:
        break;
    }
    const struct ib_axis_value *value = values[condition->subject];
    if (!value)
        return false;
    if (condition->relation != IB_MATCHES)
        return compare(value->number, condition->relation, condition->number);
    /* A bare name stands for an implementation with any settings. */
    return ib_glob(condition->pattern, value->text) ||
           (value->name && ib_glob(condition->pattern, value->name));
}

bool ib_exclude_matches(const struct ib_exclude *exclude,
                        const struct ib_axis_value *const values[IB_AXIS_COUNT],
                        const struct ib_dataset *dataset)
{
    for (size_t i = 0; i < exclude->n; i++)
        if (!is_met(&exclude->conditions[i], values, dataset))
            return false;
    return true;
}
