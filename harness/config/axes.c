#include "config/axes.h"

#include "base/error.h"
#include "base/hash.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALLOWED_BYTES = 160, NAMES_MAX = 16, ID_HEX = 8 };
#define EPOCHS_MAX  1000000000000
#define LAYER_MAX   1000000
#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x

/* One text that is to become a value. */
struct reading {
    struct ib_arena *arena;
    const struct ib_axis_rule *rule;
    const char *text;
};

/* What the values of an axis are. */
struct ib_axis_type {
    bool (*parse)(const struct reading *, struct ib_axis_value *out); /* false: not allowed */
    void (*enter)(const struct ib_axis_value *, struct ib_case *, size_t offset);
    const char *allowed; /* completes "`x` is not …"; NULL where words, names or a range say it */
    bool is_number;
};

static void set_field(struct ib_case *c, size_t offset, const void *value, size_t bytes)
{
    memcpy((char *)c + offset, value, bytes);
}

/* ---- Names: models; data sets and implementations, which matrix.c looks up ---- */

static bool parse_name(const struct reading *in, struct ib_axis_value *out)
{
    out->name = out->text = ib_arena_copy(in->arena, in->text);
    return in->text[0] != '\0';
}

static void enter_object(const struct ib_axis_value *value, struct ib_case *c, size_t offset)
{
    set_field(c, offset, &value->object, sizeof value->object);
}

static bool parse_model(const struct reading *in, struct ib_axis_value *out)
{
    out->object = ib_model_find(in->text);
    return out->object && parse_name(in, out);
}

/* With what holds for a model whose layers are no choice. */
static void enter_model(const struct ib_axis_value *value, struct ib_case *c, size_t offset)
{
    enter_object(value, c, offset);
    c->spec.net.n_layers = 1;
    c->spec.net.loss = c->model->loss;
    c->init = IB_ZEROS;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ib_setting *)a)->name, ((const struct ib_setting *)b)->name);
}

/* " option=value option=value" into settings, sorted; false: not of that form. */
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

static bool parse_impl(const struct reading *in, struct ib_axis_value *out)
{
    char *rest = ib_arena_copy(in->arena, in->text);
    out->name = strsep(&rest, " ");
    if (!out->name[0] || !parse_settings(in->arena, rest, out))
        return false;
    out->text = ib_settings_label(in->arena, out->name, out->settings, out->n_settings);
    return true;
}

static void enter_impl(const struct ib_axis_value *value, struct ib_case *c, size_t offset)
{
    enter_object(value, c, offset);
    c->residency = IB_HOST; /* unless the next axis applies */
}

/* ---- Words ---- */

static bool parse_word(const struct reading *in, struct ib_axis_value *out)
{
    int value;
    if (!ib_word_value(in->rule->words, in->text, &value))
        return false;
    out->text = ib_arena_copy(in->arena, in->text);
    out->integer = (uint64_t)value;
    return true;
}

static void enter_word(const struct ib_axis_value *value, struct ib_case *c, size_t offset)
{
    int word = (int)value->integer;
    set_field(c, offset, &word, sizeof word);
}

/* ---- Numbers ---- */

static bool parse_rate(const struct reading *in, struct ib_axis_value *out)
{
    if (!ib_parse_f64(in->text, &out->number) || !(out->number > 0))
        return false;
    char shortest[32];
    for (int digits = 1; digits <= 17; digits++) { /* the fewest that give the same number again */
        snprintf(shortest, sizeof shortest, "%.*g", digits, out->number);
        if (strtod(shortest, NULL) == out->number)
            break;
    }
    out->text = ib_arena_copy(in->arena, shortest);
    return true;
}

static void enter_rate(const struct ib_axis_value *value, struct ib_case *c, size_t offset)
{
    set_field(c, offset, &value->number, sizeof value->number);
}

static bool parse_integer(const struct reading *in, struct ib_axis_value *out)
{
    if (!ib_parse_u64(in->text, &out->integer) || out->integer < in->rule->min ||
        out->integer > in->rule->max)
        return false;
    out->number = (double)out->integer;
    out->text = ib_arena_print(in->arena, "%" PRIu64, out->integer);
    return true;
}

static void enter_integer(const struct ib_axis_value *value, struct ib_case *c, size_t offset)
{
    set_field(c, offset, &value->integer, sizeof value->integer);
}

/* ---- Hidden layers: "6,6", or "none" ---- */

static bool parse_layers(const struct reading *in, struct ib_axis_value *out)
{
    out->text = "none";
    if (strcmp(in->text, out->text) == 0)
        return true;
    char *rest = ib_arena_copy(in->arena, in->text);
    while (rest) {
        uint64_t size;
        if (out->n_list == IB_MAX_LAYERS - 1 || !ib_parse_u64(strsep(&rest, ","), &size) || !size ||
            size > LAYER_MAX)
            return false;
        out->text = out->n_list ? ib_arena_print(in->arena, "%s,%" PRIu64, out->text, size)
                                : ib_arena_print(in->arena, "%" PRIu64, size);
        out->list[out->n_list++] = size;
    }
    return true;
}

static void enter_layers(const struct ib_axis_value *value, struct ib_case *c, size_t offset)
{
    c->spec.net.n_layers = value->n_list + 1;
    set_field(c, offset, value->list, sizeof value->list);
}

/* ---- The table ---- */

static const struct ib_axis_type model_type = {.parse = parse_model, .enter = enter_model};
static const struct ib_axis_type dataset_type = {
    .parse = parse_name, .enter = enter_object, .allowed = "the name or path of a data set"};
static const struct ib_axis_type impl_type = {
    .parse = parse_impl, .enter = enter_impl, .allowed = "NAME or NAME OPTION=VALUE …, each option once"};
static const struct ib_axis_type word_type = {.parse = parse_word, .enter = enter_word};
static const struct ib_axis_type rate_type = {
    .parse = parse_rate, .enter = enter_rate, .allowed = "a finite number above 0", .is_number = true};
static const struct ib_axis_type integer_type = {
    .parse = parse_integer, .enter = enter_integer, .is_number = true};
static const struct ib_axis_type layers_type = {
    .parse = parse_layers,
    .enter = enter_layers,
    .allowed = "1 to 8 layer sizes, each from 1 to " TEXT_OF(LAYER_MAX) ", or none"};
_Static_assert(IB_MAX_LAYERS - 1 == 8, "layers_type.allowed names the number of hidden layers");

/* What a configuration may choose, where the enumeration has more. */
static const struct ib_word loss_choices[] = {{"mse", IB_MSE}, {"bce", IB_BCE}, {NULL, 0}};
static const struct ib_word residency_choices[] = {
    {"per_op", IB_PER_OP}, {"resident", IB_RESIDENT}, {NULL, 0}};

static bool is_layered(const struct ib_case *c)
{
    return c->model->layered;
}

static bool has_hidden_layers(const struct ib_case *c)
{
    return c->spec.net.n_layers > 1;
}

static bool is_on_device(const struct ib_case *c)
{
    return c->impl->info->device;
}

#define FIELD_AT(axis, field) .name = #axis, .offset = offsetof(struct ib_case, field)
#define FIELD(axis)           FIELD_AT(axis, axis)
const struct ib_axis_rule ib_axis_rules[IB_AXIS_COUNT] = {
    [IB_AXIS_MODEL] = {FIELD(model), .type = &model_type, .slug = "", .identifies = true},
    [IB_AXIS_DATASET] = {FIELD(dataset), .type = &dataset_type, .slug = "", .identifies = true},
    [IB_AXIS_HIDDEN] = {FIELD_AT(hidden, spec.net.width[1]), .type = &layers_type, .defaults = {"6"},
                        .applies = is_layered, .slug = "h", .identifies = true},
    [IB_AXIS_ACT] = {FIELD_AT(act, spec.net.act), .type = &word_type, .defaults = {"relu"},
                     .applies = has_hidden_layers, .slug = "", .words = ib_act_words},
    [IB_AXIS_LOSS] = {FIELD_AT(loss, spec.net.loss), .type = &word_type, .defaults = {"mse"},
                      .applies = is_layered, .slug = "", .words = loss_choices},
    [IB_AXIS_INIT] = {FIELD(init), .type = &word_type, .defaults = {"normal"}, .applies = is_layered,
                      .slug = "", .words = ib_init_words},
    [IB_AXIS_LR] = {FIELD_AT(lr, spec.lr), .type = &rate_type, .defaults = {"0.01"}, .slug = "lr"},
    [IB_AXIS_EPOCHS] = {FIELD(epochs), .type = &integer_type, .defaults = {"1000"}, .slug = "e", .min = 1,
                        .max = EPOCHS_MAX},
    [IB_AXIS_SEED] = {FIELD(seed), .type = &integer_type, .defaults = {"42"}, .applies = is_layered,
                      .slug = "s", .max = INT64_MAX},
    [IB_AXIS_LOG_EVERY] = {FIELD(log_every), .type = &integer_type, .defaults = {"0"}, .slug = "log",
                           .max = EPOCHS_MAX},
    [IB_AXIS_DTYPE] = {FIELD_AT(dtype, spec.dtype), .type = &word_type, .defaults = {"f64"}, .slug = "",
                       .identifies = true, .words = ib_dtype_words},
    [IB_AXIS_IMPL] = {FIELD(impl), .type = &impl_type, .slug = "", .identifies = true},
    [IB_AXIS_RESIDENCY] = {FIELD(residency), .type = &word_type, .defaults = {"per_op", "resident"},
                           .applies = is_on_device, .slug = "", .identifies = true,
                           .words = residency_choices},
};

const char *const *ib_axis_names(void)
{
    static const char *names[IB_AXIS_COUNT + 1];
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        names[k] = ib_axis_rules[k].name;
    return names;
}

enum ib_axis_kind ib_axis_find(const char *name)
{
    int k = 0;
    while (k < IB_AXIS_COUNT && strcmp(ib_axis_rules[k].name, name) != 0)
        k++;
    return (enum ib_axis_kind)k;
}

bool ib_axis_is_number(enum ib_axis_kind kind)
{
    return ib_axis_rules[kind].type->is_number;
}

/* ---- Reading and writing, by the table ---- */

/* The names that an axis may take, where there is a closed list of them. Ends with NULL. */
static void closed_list(enum ib_axis_kind kind, const char *names[NAMES_MAX + 1])
{
    size_t n = 0;
    if (kind == IB_AXIS_MODEL)
        for (const char *const *model = ib_model_names(); *model && n < NAMES_MAX; model++)
            names[n++] = *model;
    if (ib_axis_rules[kind].words)
        for (const struct ib_word *w = ib_axis_rules[kind].words; w->word && n < NAMES_MAX; w++)
            names[n++] = w->word;
    names[n] = NULL;
}

static enum ib_status refuse(enum ib_axis_kind kind, const char *text, const char *where)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    const char *names[NAMES_MAX + 1];
    closed_list(kind, names);
    if (rule->type->allowed)
        return ib_fail(IB_EINVAL, where, "`%.100s` is not %s", text, rule->type->allowed);
    if (!names[0])
        return ib_fail(IB_EINVAL, where, "`%.100s` is not an integer from %" PRIu64 " to %" PRIu64, text,
                       rule->min, rule->max);
    char list[ALLOWED_BYTES], hint[ALLOWED_BYTES];
    return ib_fail(IB_EINVAL, where, "`%.100s` is not %s%s", text, ib_name_list(names, list, sizeof list),
                   ib_hint(text, names, hint, sizeof hint));
}

enum ib_status ib_axis_parse(struct ib_arena *arena, enum ib_axis_kind kind, const char *text,
                             const char *where, struct ib_axis_value *out)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    *out = (struct ib_axis_value){.where = where};
    struct reading in = {.arena = arena, .rule = rule, .text = text};
    if (!rule->type->parse(&in, out))
        return refuse(kind, text, where);
    out->identity = out->text;
    return IB_OK;
}

enum ib_status ib_axis_default(struct ib_arena *arena, enum ib_axis_kind kind, struct ib_axis *out)
{
    const char *const *defaults = ib_axis_rules[kind].defaults;
    struct ib_axis_value *values = ib_arena_alloc(arena, IB_AXIS_DEFAULTS * sizeof *values);
    *out = (struct ib_axis){.values = values};
    for (; defaults[out->n]; out->n++)
        IB_TRY(ib_axis_parse(arena, kind, defaults[out->n], "default", &values[out->n]));
    return IB_OK;
}

void ib_axis_enter(enum ib_axis_kind kind, const struct ib_axis_value *value, struct ib_case *c)
{
    ib_axis_rules[kind].type->enter(value, c, ib_axis_rules[kind].offset);
}

/* ---- Identity ---- */

/* Does this value stand in a case's identity? A default does not, so that an axis that is new tomorrow leaves
 * the ids of today as they are. */
static bool identifies(enum ib_axis_kind kind, const struct ib_axis_value *value)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    return value && (rule->identifies || strcmp(value->identity, rule->defaults[0]) != 0);
}

/* Appends a text that file names and command lines can hold: "6,6" becomes "6x6", "threads=2" "threads_2". */
static char *append_slug(char *end, const char *text)
{
    for (; *text; text++) {
        bool plain = isalnum((unsigned char)*text) || strchr("._-", *text);
        *end++ = plain ? *text : *text == ',' ? 'x' : '_';
    }
    return end;
}

void ib_axes_identify(struct ib_arena *arena, const struct ib_axis_value *const values[IB_AXIS_COUNT],
                      struct ib_case *out)
{
    size_t canonical_bytes = 1, id_bytes = ID_HEX + 1;
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        if (identifies((enum ib_axis_kind)k, values[k])) {
            canonical_bytes += strlen(ib_axis_rules[k].name) + strlen(values[k]->identity) + 2;
            id_bytes += strlen(ib_axis_rules[k].slug) + strlen(values[k]->text) + 1;
        }
    }
    char *canonical = ib_arena_alloc(arena, canonical_bytes), *line = canonical;
    char *id = ib_arena_alloc(arena, id_bytes), *part = id;
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        if (identifies((enum ib_axis_kind)k, values[k])) {
            line += sprintf(line, "%s=%s\n", ib_axis_rules[k].name, values[k]->identity);
            part = append_slug(append_slug(part, ib_axis_rules[k].slug), values[k]->text);
            *part++ = '-';
        }
    }
    char hex[IB_HASH_HEX];
    ib_hash_of(canonical, (size_t)(line - canonical), hex);
    memcpy(part, hex, ID_HEX);
    out->canonical = canonical;
    out->id = id;
}
