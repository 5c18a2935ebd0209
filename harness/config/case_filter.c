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

/* Consumes a leading ">=" or the like; IB_MATCHES if there is none. */
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

/* A text without '*' and '?' must be a valid value of the subject; the pattern is its canonical spelling. */
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
            return ib_fail(IB_EINVAL, where, "`%s` is not %s", IB_SHORT(text),
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
        return ib_fail(IB_EINVAL, where, "`%s` is not an axis, rows, cols or task%s", IB_SHORT(subject),
                       ib_hint(subject, ib_subject_names(), hint, sizeof hint));
    const char *rest = text;
    out->relation = take_relation(&rest);
    if (!is_number(out->subject)) {
        if (out->relation != IB_MATCHES)
            return ib_fail(IB_EINVAL, where, "`%s`: a comparison requires a numeric axis", IB_SHORT(text));
        return read_pattern(arena, out->subject, text, where, out);
    }
    if (!ib_parse_f64(rest, &out->number))
        return ib_fail(IB_EINVAL, where,
                       "`%s` is not a number, optionally preceded by >=, >, <=, < or =", IB_SHORT(text));
    if (out->relation == IB_MATCHES)
        out->relation = IB_EQUAL;
    return IB_OK;
}

/* Reads a value that is not a scalar, such as the layers [6, 6]. */
static enum ib_status read_value(const struct ib_yaml *doc, int subject, const yaml_node_t *node,
                                 struct ib_filter_term *out)
{
    const char *name = ib_subject_names()[subject];
    struct ib_axis_values values = {0};
    if (subject >= IB_AXIS_COUNT)
        return ib_yaml_refuse(doc, node, name, "a single value");
    IB_TRY(ib_axis_read(doc, (enum ib_axis_kind)subject, node, &values));
    if (values.n != 1)
        return ib_yaml_refuse(doc, node, name, "a single value");
    *out = (struct ib_filter_term){.subject = subject,
                                   .relation = IB_MATCHES,
                                   .text = values.list[0].text,
                                   .pattern = values.list[0].text};
    return IB_OK;
}

static enum ib_status read_term(const struct ib_yaml *doc, const yaml_node_t *map, size_t i,
                                struct ib_filter_term *out)
{
    const char *name = ib_yaml_key(doc, map, i), *text = NULL;
    const yaml_node_t *value = ib_yaml_value(doc, map, i);
    int subject = ib_subject_find(name);
    if (subject == IB_SUBJECT_COUNT)
        return ib_yaml_unknown_key(doc, map, i, ib_subject_names());
    if (value->type != YAML_SCALAR_NODE)
        return read_value(doc, subject, value, out);
    IB_TRY(ib_yaml_scalar(doc, value, name, false, "a single value", &text));
    if (ib_filter_term_parse(doc->arena, name, text, NULL, out) != IB_OK)
        return ib_yaml_fail(doc, value, name, "%s", ib_last_error()->message);
    return IB_OK;
}

enum ib_status ib_case_filter_read(const struct ib_yaml *doc, const char *key, const yaml_node_t *map,
                                   struct ib_case_filter *out)
{
    size_t n = ib_yaml_pairs(map);
    if (n == 0)
        return ib_yaml_refuse(doc, map, key, "a map of conditions");
    struct ib_filter_term *list = ib_arena_alloc(doc->arena, n * sizeof *list);
    for (size_t i = 0; i < n; i++)
        IB_TRY(read_term(doc, map, i, &list[i]));
    *out = (struct ib_case_filter){list, n, ib_yaml_where(doc, map)};
    return IB_OK;
}

/* A number or a comparison, or else a value or a glob; and a list or map where the axis has one. */
static json_t *term_schema(int subject)
{
    if (is_number(subject))
        return ib_schema_either(json_pack("{s:s}", "type", "number"),
                                ib_schema_pattern("^(>=|>|<=|<|=)? *[-+]?[0-9.]+([eE][-+]?[0-9]+)?$"));
    if (subject >= IB_AXIS_COUNT || !ib_axis_rules[subject].type->read)
        return ib_schema_text();
    return ib_schema_either(ib_schema_text(), ib_axis_item_schema((enum ib_axis_kind)subject));
}

json_t *ib_case_filter_schema(void)
{
    json_t *properties = json_object();
    for (int subject = 0; subject < IB_SUBJECT_COUNT; subject++)
        json_object_set_new(properties, ib_subject_names()[subject], term_schema(subject));
    return json_pack("{s:s, s:b, s:i, s:o}", "type", "object", "additionalProperties", 0, "minProperties", 1,
                     "properties", properties);
}

/* Splits "lr>=0.1": returns "lr", and ">=0.1" in *relation. A leading "=" is dropped, since it is the
 * default. */
static const char *take_subject(struct ib_arena *arena, const char *piece, const char **relation)
{
    size_t length = strcspn(piece, RELATION_LETTERS);
    *relation = piece + length + (piece[length] == '=');
    return ib_arena_print(arena, "%.*s", (int)length, piece);
}

/* The length of the piece at the start of the text, which ends before a comma or a space. Further layers
 * belong to "hidden=6,6". */
static size_t piece_length(const char *text)
{
    const bool is_hidden = strncmp(text, "hidden=", strlen("hidden=")) == 0;
    size_t length = strcspn(text, ", ");
    while (is_hidden && text[length] == ',' && text[length + 1] >= '0' && text[length + 1] <= '9')
        length += 1 + strcspn(text + length + 1, ", ");
    return length;
}

/* A word that any axis may have; hidden layers by their canonical spelling as well. */
static enum ib_status parse_word(struct ib_arena *arena, const char *word, const char *where,
                                 struct ib_filter_term *out)
{
    struct ib_axis_value layers;
    *out = (struct ib_filter_term){
        .subject = IB_SUBJECT_ANY, .relation = IB_MATCHES, .text = word, .pattern = word};
    if (!word[0])
        return ib_fail(IB_EINVAL, where,
                       "an empty condition; allowed: impl=cpu_*, lr<0.1, rows>=1000, or a word such as mlp");
    if (ib_axis_parse(arena, IB_AXIS_HIDDEN, word, where, &layers) == IB_OK)
        out->pattern = layers.text;
    return IB_OK;
}

static enum ib_status parse_piece(struct ib_arena *arena, const char *piece, const char *where,
                                  struct ib_filter_term *out)
{
    const char *relation;
    if (!piece[strcspn(piece, RELATION_LETTERS)])
        return parse_word(arena, piece, where, out);
    const char *subject = take_subject(arena, piece, &relation);
    if (ib_subject_find(subject) < IB_SUBJECT_COUNT || piece[strlen(subject)] != '=')
        return ib_filter_term_parse(arena, subject, relation, where, out);
    *out = (struct ib_filter_term){.subject = IB_SUBJECT_OPTION,
                                   .relation = IB_MATCHES,
                                   .text = relation,
                                   .pattern = relation,
                                   .option = subject};
    return IB_OK;
}

enum ib_status ib_case_filter_parse(struct ib_arena *arena, const char *flag, const char *text,
                                    struct ib_case_filter *out)
{
    struct ib_filter_term *list = NULL;
    size_t capacity = 0;
    *out = (struct ib_case_filter){.where = ib_arena_print(arena, "%s %s", flag, text)};
    text += strspn(text, " ");
    for (bool more = true; more;) {
        const size_t length = piece_length(text);
        list = ib_arena_grow(arena, list, sizeof *list, out->n, &capacity);
        IB_TRY(parse_piece(arena, ib_arena_print(arena, "%.*s", (int)length, text), out->where,
                           &list[out->n++]));
        text += length;
        more = *text == ','; /* another condition must follow */
        text += *text ? 1 + strspn(text + 1, " ") : 0;
        more = more || *text;
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

/* A bare name stands for an implementation with any settings. */
static bool has_text(const struct ib_axis_value *value, const char *pattern)
{
    return value && (ib_glob(pattern, value->text) || (value->name && ib_glob(pattern, value->name)));
}

static bool any_has_text(const char *pattern, const struct ib_axis_value *const values[IB_AXIS_COUNT])
{
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!ib_axis_is_number((enum ib_axis_kind)k) && has_text(values[k], pattern))
            return true;
    return false;
}

static bool has_setting(const struct ib_axis_value *impl, const char *option, const char *pattern)
{
    for (size_t i = 0; impl && i < impl->n_settings; i++)
        if (strcmp(impl->settings[i].name, option) == 0 && ib_glob(pattern, impl->settings[i].value))
            return true;
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
    case IB_SUBJECT_ANY:
        return any_has_text(condition->pattern, values);
    case IB_SUBJECT_OPTION:
        return has_setting(values[IB_AXIS_IMPL], condition->option, condition->pattern);
    default:
        break;
    }
    const struct ib_axis_value *value = values[condition->subject];
    if (!value)
        return false;
    if (condition->relation != IB_MATCHES)
        return compare(value->number, condition->relation, condition->number);
    return has_text(value, condition->pattern);
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

/* ---- A selection ---- */

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
