#include "config/case_filter.h"

#include "base/error.h"

#include <string.h>

#define RELATION_LETTERS "=<>"

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
                                   struct ib_filter_term *out)
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

enum ib_status ib_filter_term_parse(struct ib_arena *arena, const char *subject, const char *text,
                                    const char *where, struct ib_filter_term *out)
{
    char hint[128];
    *out = (struct ib_filter_term){.subject = ib_subject_find(subject), .text = ib_arena_copy(arena, text)};
    if (out->subject == IB_SUBJECT_COUNT)
        return ib_fail(IB_EINVAL, where, "`%.100s` is not an axis, rows, cols or task%s", subject,
                       ib_hint(subject, ib_subject_names(), hint, sizeof hint));
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

/* Cuts "lr>=0.1" in two: returns "lr", and ">=0.1" in *relation; "=" itself is cut off, since it says no more
 * than the text behind it. */
static const char *take_subject(struct ib_arena *arena, const char *piece, const char **relation)
{
    size_t length = strcspn(piece, RELATION_LETTERS);
    *relation = piece + length + (piece[length] == '=');
    return ib_arena_print(arena, "%.*s", (int)length, piece);
}

/* Where the piece that begins here ends: at a comma with a comparison behind it, or at the end of the text.
 */
static size_t piece_length(const char *text)
{
    const char *end = strchr(text, ',');
    while (end) {
        size_t next = strcspn(end + 1, RELATION_LETTERS ",");
        if (end[1 + next] != ',' && end[1 + next] != '\0')
            return (size_t)(end - text);
        end = strchr(end + 1, ',');
    }
    return strlen(text);
}

enum ib_status ib_case_filter_parse(struct ib_arena *arena, const char *flag, const char *text,
                                    struct ib_case_filter *out)
{
    struct ib_filter_term *list = NULL;
    size_t capacity = 0;
    *out = (struct ib_case_filter){.where = ib_arena_print(arena, "%s %s", flag, text)};
    for (const char *rest = text;; rest++) {
        size_t length = piece_length(rest);
        const char *piece = ib_arena_print(arena, "%.*s", (int)length, rest), *relation;
        if (!piece[strcspn(piece, RELATION_LETTERS)])
            return ib_fail(IB_EINVAL, out->where,
                           "`%.100s` is no condition; allowed: impl=cpu_*, lr<0.1, rows>=1000 …", piece);
        const char *subject = take_subject(arena, piece, &relation);
        list = ib_arena_grow(arena, list, sizeof *list, out->n, &capacity);
        IB_TRY(ib_filter_term_parse(arena, subject, relation, out->where, &list[out->n++]));
        rest += length;
        if (!*rest)
            break;
    }
    out->list = list;
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

bool ib_filter_term_matches(const struct ib_filter_term *condition,
                            const struct ib_axis_value *const values[IB_AXIS_COUNT],
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

bool ib_case_filter_matches(const struct ib_case_filter *conditions,
                            const struct ib_axis_value *const values[IB_AXIS_COUNT],
                            const struct ib_dataset *dataset)
{
    for (size_t i = 0; i < conditions->n; i++)
        if (!ib_filter_term_matches(&conditions->list[i], values, dataset))
            return false;
    return true;
}
