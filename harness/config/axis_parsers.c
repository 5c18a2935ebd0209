#include "config/axis_parsers.h"

#include "base/error.h"
#include "config/axis_schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names of objects; matrix.c looks up data sets and implementations ---- */

static bool parse_name(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                       struct ib_axis_value *out)
{
    (void)rule;
    out->name = out->text = ib_arena_copy(arena, text);
    return text[0] != '\0';
}

static void list_models(const struct ib_axis_rule *rule, const char **names)
{
    size_t n = 0;
    (void)rule;
    for (const char *const *model = ib_model_names(); *model && n < IB_AXIS_NAMES; model++)
        names[n++] = *model;
    names[n] = NULL;
}

static bool parse_model(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                        struct ib_axis_value *out)
{
    out->object = ib_model_find(text);
    return out->object && parse_name(arena, rule, text, out);
}

/* Sets the loss and start of a single-layer model; axes of layered models override them. */
static void settle_model(const struct ib_axis_value *value, struct ib_case *c)
{
    (void)value;
    c->spec.net.n_layers = 1;
    c->spec.net.loss = c->model->loss;
    c->init = IB_ZEROS;
}

static const char *print_model(struct ib_arena *arena, const struct ib_axis_rule *rule,
                               const struct ib_case *c)
{
    (void)arena, (void)rule;
    return c->model->name;
}

static const char *print_dataset(struct ib_arena *arena, const struct ib_axis_rule *rule,
                                 const struct ib_case *c)
{
    (void)rule;
    return ib_arena_copy(arena, c->dataset->name);
}

/* ---- Implementations with their settings: "cpu_blas threads=2" ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ib_setting *)a)->name, ((const struct ib_setting *)b)->name);
}

/* Parses "option=value option=value" into sorted settings; false if malformed. */
static bool parse_settings(struct ib_arena *arena, char *rest, struct ib_axis_value *out)
{
    struct ib_setting *settings = NULL;
    size_t n = 0, capacity = 0;
    while (rest) {
        char *value = strsep(&rest, " ");
        const char *name = strsep(&value, "=");
        if (!value || !name[0] || !value[0])
            return false;
        settings = ib_arena_grow(arena, settings, sizeof *settings, n, &capacity);
        settings[n++] = (struct ib_setting){.name = name, .value = value};
    }
    if (n)
        qsort(settings, n, sizeof *settings, by_name);
    for (size_t i = 1; i < n; i++)
        if (strcmp(settings[i].name, settings[i - 1].name) == 0)
            return false;
    out->settings = settings;
    out->n_settings = n;
    return true;
}

static bool parse_impl(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                       struct ib_axis_value *out)
{
    char *rest = ib_arena_copy(arena, text);
    (void)rule;
    out->name = strsep(&rest, " ");
    if (!out->name[0] || !parse_settings(arena, rest, out))
        return false;
    out->text = ib_settings_label(arena, out->name, out->settings, out->n_settings);
    return true;
}

struct texts {
    const char **list;
    size_t n, capacity;
};

static void add_text(const struct ib_yaml *doc, struct texts *texts, const char *text)
{
    texts->list = ib_arena_grow(doc->arena, texts->list, sizeof *texts->list, texts->n, &texts->capacity);
    texts->list[texts->n++] = text;
}

/* Replaces `texts` by each of them followed by each value of an option: " threads=1", " threads=2". */
static enum ib_status add_option(const struct ib_yaml *doc, const char *name, const yaml_node_t *values,
                                 struct texts *texts)
{
    static const char allowed[] = "a value without whitespace";
    struct texts out = {0};
    if (ib_yaml_count(values) == 0)
        return ib_yaml_fail(doc, values, name, "empty list; at least one value is needed");
    for (size_t i = 0; i < texts->n; i++) {
        for (size_t j = 0; j < ib_yaml_count(values); j++) {
            const yaml_node_t *item = ib_yaml_item(doc, values, j);
            const char *value = NULL;
            IB_TRY(ib_yaml_scalar(doc, item, name, false, allowed, &value));
            if (strpbrk(value, " \t\r\n"))
                return ib_yaml_refuse(doc, item, name, allowed);
            add_text(doc, &out, ib_arena_print(doc->arena, "%s %s=%s", texts->list[i], name, value));
        }
    }
    *texts = out;
    return IB_OK;
}

/* {name: cpu_blas, threads: [1, 2]} as "cpu_blas threads=1" and "cpu_blas threads=2". */
static enum ib_status read_impl(const struct ib_yaml *doc, const struct ib_axis_rule *rule,
                                const yaml_node_t *map, struct ib_axis_values *out)
{
    const yaml_node_t *name = ib_yaml_find(doc, map, "name");
    const char *text = NULL;
    struct texts texts = {0};
    if (!name)
        return ib_yaml_fail(doc, map, rule->name, "`name` is missing");
    IB_TRY(ib_yaml_scalar(doc, name, "name", false, "an implementation's name", &text));
    add_text(doc, &texts, text);
    for (size_t i = 0; i < ib_yaml_pairs(map); i++) {
        const char *option = ib_yaml_key(doc, map, i);
        if (strcmp(option, "name") != 0)
            IB_TRY(add_option(doc, option, ib_yaml_value(doc, map, i), &texts));
    }
    for (size_t i = 0; i < texts.n; i++)
        IB_TRY(ib_axis_add_text(doc, rule, map, texts.list[i], out));
    return IB_OK;
}

static void settle_impl(const struct ib_axis_value *value, struct ib_case *c)
{
    (void)value;
    c->residency = IB_HOST; /* unless the next axis applies */
}

/* Without the settings, which have their own column. */
static const char *print_impl(struct ib_arena *arena, const struct ib_axis_rule *rule,
                              const struct ib_case *c)
{
    (void)rule;
    return ib_arena_copy(arena, c->impl->info->name);
}

/* ---- Words ---- */

static void list_words(const struct ib_axis_rule *rule, const char **names)
{
    size_t n = 0;
    for (const struct ib_word *w = rule->words; w->word && n < IB_AXIS_NAMES; w++)
        names[n++] = w->word;
    names[n] = NULL;
}

static bool parse_word(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                       struct ib_axis_value *out)
{
    int value;
    if (!ib_word_value(rule->words, text, &value))
        return false;
    out->text = ib_arena_copy(arena, text);
    out->word = value;
    return true;
}

static const char *print_word(struct ib_arena *arena, const struct ib_axis_rule *rule,
                              const struct ib_case *c)
{
    (void)arena;
    return ib_word_of(rule->all_words ? rule->all_words : rule->words, *(const int *)ib_axis_field(rule, c));
}

/* ---- Numbers ---- */

static bool parse_rate(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                       struct ib_axis_value *out)
{
    char shortest[32];
    (void)rule;
    if (!ib_parse_f64(text, &out->number) || !(out->number > 0))
        return false;
    out->text = ib_arena_copy(arena, ib_print_real(out->number, shortest, sizeof shortest));
    return true;
}

static bool parse_share(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                        struct ib_axis_value *out)
{
    if (ib_parse_f64(text, &out->number) && out->number == 0) {
        out->number = 0; /* not -0 */
        out->text = "0";
        return true;
    }
    return parse_rate(arena, rule, text, out);
}

static const char *print_rate(struct ib_arena *arena, const struct ib_axis_rule *rule,
                              const struct ib_case *c)
{
    char shortest[32];
    return ib_arena_copy(arena,
                         ib_print_real(*(const double *)ib_axis_field(rule, c), shortest, sizeof shortest));
}

static bool parse_integer(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                          struct ib_axis_value *out)
{
    if (!ib_parse_u64(text, &out->integer) || out->integer < rule->min || out->integer > rule->max)
        return false;
    out->number = (double)out->integer;
    out->text = ib_arena_print(arena, "%" PRIu64, out->integer);
    return true;
}

static const char *print_integer(struct ib_arena *arena, const struct ib_axis_rule *rule,
                                 const struct ib_case *c)
{
    return ib_arena_print(arena, "%" PRIu64, *(const uint64_t *)ib_axis_field(rule, c));
}

/* ---- All of them ---- */

const struct ib_axis_type ib_axis_model = {.name = "name",
                                           .schema = ib_axis_names_schema,
                                           .form = IB_FORM_TEXT,
                                           IB_AXIS_FROM(object),
                                           .list = list_models,
                                           .parse = parse_model,
                                           .settle = settle_model,
                                           .print = print_model};
const struct ib_axis_type ib_axis_dataset = {.name = "name",
                                             .allowed = "the name or path of a data set",
                                             .schema = ib_axis_text_schema,
                                             .form = IB_FORM_TEXT,
                                             IB_AXIS_FROM(object),
                                             .parse = parse_name,
                                             .print = print_dataset};
const struct ib_axis_type ib_axis_impl = {.name = "name, glob or map",
                                          .allowed = "NAME or NAME OPTION=VALUE …, each option once",
                                          .schema = ib_axis_impl_schema,
                                          .form = IB_FORM_TEXT,
                                          IB_AXIS_FROM(object),
                                          .parse = parse_impl,
                                          .node = YAML_MAPPING_NODE,
                                          .read = read_impl,
                                          .settle = settle_impl,
                                          .print = print_impl};
const struct ib_axis_type ib_axis_word = {.name = "word",
                                          .schema = ib_axis_names_schema,
                                          .form = IB_FORM_TEXT,
                                          IB_AXIS_FROM(word),
                                          .list = list_words,
                                          .parse = parse_word,
                                          .print = print_word};
const struct ib_axis_type ib_axis_rate = {.name = "number",
                                          .allowed = "a finite number above 0",
                                          .schema = ib_axis_rate_schema,
                                          .form = IB_FORM_REAL,
                                          IB_AXIS_FROM(number),
                                          .is_number = true,
                                          .parse = parse_rate,
                                          .print = print_rate};
const struct ib_axis_type ib_axis_share = {.name = "number",
                                           .allowed = "0 or a finite number above 0",
                                           .schema = ib_axis_share_schema,
                                           .form = IB_FORM_REAL,
                                           IB_AXIS_FROM(number),
                                           .is_number = true,
                                           .parse = parse_share,
                                           .print = print_rate};
const struct ib_axis_type ib_axis_integer = {.name = "integer",
                                             .schema = ib_axis_integer_schema,
                                             .form = IB_FORM_INTEGER,
                                             IB_AXIS_FROM(integer),
                                             .is_number = true,
                                             .parse = parse_integer,
                                             .print = print_integer};
