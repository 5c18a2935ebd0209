#include "config/axis_parsers.h"

#include "base/error.h"
#include "config/axis_schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x

static const void *value_of(const struct ib_axis_rule *rule, const struct ib_case *c)
{
    return (const char *)c + rule->offset;
}

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
    return ib_word_of(rule->all_words ? rule->all_words : rule->words, *(const int *)value_of(rule, c));
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
    return ib_arena_copy(arena, ib_print_real(*(const double *)value_of(rule, c), shortest, sizeof shortest));
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
    return ib_arena_print(arena, "%" PRIu64, *(const uint64_t *)value_of(rule, c));
}

/* ---- Hidden layers: "6,6", or "none"; also "6x6", as in ids and tables ---- */

static const char *layers_text(struct ib_arena *arena, const uint64_t *list, uint32_t n)
{
    const char *text = "none";
    for (uint32_t i = 0; i < n; i++)
        text = i ? ib_arena_print(arena, "%s,%" PRIu64, text, list[i])
                 : ib_arena_print(arena, "%" PRIu64, list[i]);
    return text;
}

/* Adds a layer; false if the size is invalid or there are too many layers. */
static bool add_layer(const char *text, struct ib_axis_value *out)
{
    uint64_t size;
    if (out->n_list == IB_MAX_LAYERS - 1 || !ib_parse_u64(text, &size) || !size || size > IB_LAYER_MAX)
        return false;
    out->list[out->n_list++] = size;
    return true;
}

static bool parse_layers(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                         struct ib_axis_value *out)
{
    char *rest = strcmp(text, "none") == 0 ? NULL : ib_arena_copy(arena, text);
    (void)rule;
    while (rest)
        if (!add_layer(strsep(&rest, ",x-"), out))
            return false;
    out->text = layers_text(arena, out->list, out->n_list);
    return true;
}

/* [6, 6]: one network. */
static enum ib_status read_layers(const struct ib_yaml *doc, const struct ib_axis_rule *rule,
                                  const yaml_node_t *list, struct ib_axis_values *out)
{
    static const char allowed[] = "a layer size from 1 to " TEXT_OF(IB_LAYER_MAX) "";
    const char *key = rule->name;
    struct ib_axis_value value = {.where = ib_yaml_where(doc, list)};
    if (ib_yaml_count(list) >= IB_MAX_LAYERS)
        return ib_yaml_fail(doc, list, key, "%zu hidden layers; at most %d are allowed", ib_yaml_count(list),
                            IB_MAX_LAYERS - 1);
    for (size_t i = 0; i < ib_yaml_count(list); i++) {
        const yaml_node_t *item = ib_yaml_item(doc, list, i);
        const char *size = NULL;
        IB_TRY(ib_yaml_scalar(doc, item, key, true, allowed, &size));
        if (!add_layer(size, &value))
            return ib_yaml_refuse(doc, item, key, allowed);
    }
    value.text = value.identity = layers_text(doc->arena, value.list, value.n_list);
    ib_axis_add(doc->arena, &value, out);
    return IB_OK;
}

static void settle_layers(const struct ib_axis_value *value, struct ib_case *c)
{
    c->spec.net.n_layers = value->n_list + 1;
}

static const char *print_layers(struct ib_arena *arena, const struct ib_axis_rule *rule,
                                const struct ib_case *c)
{
    return layers_text(arena, value_of(rule, c), c->spec.net.n_layers - 1);
}

/* ---- All of them ---- */

#define FROM(member)                                                                                         \
    .from = offsetof(struct ib_axis_value, member), .bytes = sizeof((struct ib_axis_value *)0)->member
const struct ib_axis_type ib_axis_model = {.name = "name",
                                           .schema = ib_axis_names_schema,
                                           .form = IB_FORM_TEXT,
                                           FROM(object),
                                           .list = list_models,
                                           .parse = parse_model,
                                           .settle = settle_model,
                                           .print = print_model};
const struct ib_axis_type ib_axis_dataset = {.name = "name",
                                             .allowed = "the name or path of a data set",
                                             .schema = ib_axis_text_schema,
                                             .form = IB_FORM_TEXT,
                                             FROM(object),
                                             .parse = parse_name,
                                             .print = print_dataset};
const struct ib_axis_type ib_axis_impl = {.name = "name, glob or map",
                                          .allowed = "NAME or NAME OPTION=VALUE …, each option once",
                                          .schema = ib_axis_impl_schema,
                                          .form = IB_FORM_TEXT,
                                          FROM(object),
                                          .parse = parse_impl,
                                          .node = YAML_MAPPING_NODE,
                                          .read = read_impl,
                                          .settle = settle_impl,
                                          .print = print_impl};
const struct ib_axis_type ib_axis_word = {.name = "word",
                                          .schema = ib_axis_names_schema,
                                          .form = IB_FORM_TEXT,
                                          FROM(word),
                                          .list = list_words,
                                          .parse = parse_word,
                                          .print = print_word};
const struct ib_axis_type ib_axis_rate = {.name = "number",
                                          .allowed = "a finite number above 0",
                                          .schema = ib_axis_rate_schema,
                                          .form = IB_FORM_REAL,
                                          FROM(number),
                                          .is_number = true,
                                          .parse = parse_rate,
                                          .print = print_rate};
const struct ib_axis_type ib_axis_share = {.name = "number",
                                           .allowed = "0 or a finite number above 0",
                                           .schema = ib_axis_share_schema,
                                           .form = IB_FORM_REAL,
                                           FROM(number),
                                           .is_number = true,
                                           .parse = parse_share,
                                           .print = print_rate};
const struct ib_axis_type ib_axis_integer = {.name = "integer",
                                             .schema = ib_axis_integer_schema,
                                             .form = IB_FORM_INTEGER,
                                             FROM(integer),
                                             .is_number = true,
                                             .parse = parse_integer,
                                             .print = print_integer};
const struct ib_axis_type ib_axis_layers = {
    .name = "integer or list of integers",
    .allowed = "1 to 8 layer sizes such as 6x6, each from 1 to " TEXT_OF(IB_LAYER_MAX) ", or none",
    .schema = ib_axis_layers_schema,
    .form = IB_FORM_INTEGERS,
    FROM(list),
    .empty_hint = ", such as [[]] for no hidden layers",
    .twice_hint = "; one network with two layers is [[6, 6]]",
    .parse = parse_layers,
    .node = YAML_SEQUENCE_NODE,
    .read = read_layers,
    .settle = settle_layers,
    .print = print_layers};
_Static_assert(IB_MAX_LAYERS - 1 == 8, "ib_axis_layers.allowed names the number of hidden layers");
