#include "config/axes.h"

#include "base/error.h"
#include "base/json_schema.h"
#include "config/axis_parsers.h"
#include "core/loss.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EPOCHS_MAX 1000000000000

/* The words allowed in a configuration, for enumerations with further values. */
static const struct ib_word loss_choices[] = {{"mse", IB_MSE}, {"bce", IB_BCE}, {"ce", IB_CE}, {NULL, 0}};
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

/* Of the defaults of the loss, the second is for what the first cannot learn. */
static size_t default_loss(const struct ib_case *c)
{
    return c->dataset->classes > ib_loss_rule(IB_MSE)->classes_max;
}

/* Whether the seed draws anything. */
static bool is_drawn(const struct ib_case *c)
{
    return is_layered(c) || c->spec.batch;
}

static bool is_on_device(const struct ib_case *c)
{
    return c->impl->info->device;
}

#define FIELD_AT(axis, field) .name = #axis, .offset = offsetof(struct ib_case, field)
#define FIELD(axis)           FIELD_AT(axis, axis)
const struct ib_axis_rule ib_axis_rules[IB_AXIS_COUNT] = {
    [IB_AXIS_MODEL] = {FIELD(model), .help = "model; see `ironbench list models`", .example = "[linreg, mlp]",
                       .type = &ib_axis_model, .identifies = true, .slug = "", .flag = "--model",
                       .flag_value = "MODEL"},
    [IB_AXIS_DATASET] = {FIELD(dataset),
                         .help = "data set: the path of a file, or a name; see `ironbench list datasets`",
                         .example = "[diabetes, ./mine.csv]", .type = &ib_axis_dataset, .is_size = true,
                         .identifies = true, .slug = "", .flag = "--data", .flag_value = "DATA"},
    [IB_AXIS_HIDDEN] = {FIELD_AT(hidden, spec.net.width[1]),
                        .help = "sizes of the hidden layers of an mlp, or none", .example = "[6, [6, 6], []]",
                        .type = &ib_axis_layers, .defaults = {"6"}, .applies = is_layered, .identifies = true,
                        .slug = "h", .flag = "--hidden", .flag_value = "6,6"},
    [IB_AXIS_ACT] = {FIELD_AT(act, spec.net.act), .help = "activation of the hidden layers",
                     .example = "[relu, tanh]", .type = &ib_axis_word, .defaults = {"relu"},
                     .applies = has_hidden_layers, .slug = "", .words = ib_act_words, .flag = "--act",
                     .flag_value = "ACT"},
    [IB_AXIS_LOSS] = {FIELD_AT(loss, spec.net.loss),
                      .help =
                          "loss of an mlp, by default ce for more than two classes; the other models have a "
                          "fixed one",
                      .example = "[mse, bce]", .type = &ib_axis_word, .defaults = {"mse", "ce"},
                      .which_default = default_loss, .applies = is_layered, .is_implied = true, .slug = "",
                      .words = loss_choices, .all_words = ib_loss_words, .flag = "--loss",
                      .flag_value = "LOSS"},
    [IB_AXIS_INIT] = {FIELD(init), .help = "initial weights of an mlp; the other models start from zeros",
                      .example = "[normal, xavier]", .type = &ib_axis_word, .defaults = {"normal"},
                      .applies = is_layered, .slug = "", .words = ib_init_words, .flag = "--init",
                      .flag_value = "INIT"},
    [IB_AXIS_LR] = {FIELD_AT(lr, spec.lr), .help = "learning rate", .example = "[0.1, 0.01]",
                    .type = &ib_axis_rate, .defaults = {"0.01"}, .slug = "lr", .is_named = true,
                    .flag = "--lr", .flag_value = "RATE"},
    [IB_AXIS_OPTIMIZER] = {FIELD_AT(optimizer, spec.optimizer),
                           .help = "how gradients update parameters: plain descent, momentum 0.9, or Adam",
                           .example = "[sgd, momentum, adam]", .type = &ib_axis_word, .defaults = {"sgd"},
                           .slug = "", .words = ib_optimizer_words, .flag = "--optimizer",
                           .flag_value = "OPTIMIZER"},
    [IB_AXIS_WEIGHT_DECAY] = {FIELD_AT(weight_decay, spec.weight_decay),
                              .help = "this multiple of each parameter is added to its gradient (L2)",
                              .example = "[0, 0.01]", .type = &ib_axis_share, .defaults = {"0"}, .slug = "wd",
                              .flag = "--weight-decay", .flag_value = "DECAY"},
    [IB_AXIS_BATCH] = {FIELD_AT(batch, spec.batch),
                       .help = "rows of a gradient step: all, or mini-batches in random order",
                       .example = "[full, 32, 256]", .type = &ib_axis_batch, .defaults = {"full"},
                       .slug = "b", .flag = "--batch", .flag_value = "ROWS"},
    [IB_AXIS_EPOCHS] = {FIELD(epochs),
                        .help = "how often the data are gone through: gradient steps, if `batch` is full",
                        .example = "[100, 1000]", .type = &ib_axis_integer, .defaults = {"1000"},
                        .is_size = true, .slug = "e", .is_named = true, .min = 1, .max = EPOCHS_MAX,
                        .flag = "--epochs", .flag_value = "N"},
    [IB_AXIS_SEED] = {FIELD(seed),
                      .help = "seed of the initial weights of an mlp, and of the order of mini-batches",
                      .example = "[42, 43]", .type = &ib_axis_integer, .defaults = {"42"},
                      .applies = is_drawn, .slug = "s", .max = INT64_MAX, .flag = "--seed",
                      .flag_value = "N"},
    [IB_AXIS_LOG_EVERY] = {FIELD(log_every),
                           .help =
                               "read the loss every N epochs; 0: never in a sweep, a few times in `train`",
                           .example = "[0, 100]", .type = &ib_axis_integer, .defaults = {"0"}, .slug = "log",
                           .max = EPOCHS_MAX, .flag = "--log-every", .flag_value = "N"},
    [IB_AXIS_DTYPE] = {FIELD_AT(dtype, spec.dtype), .help = "floating-point type", .example = "[f32, f64]",
                       .type = &ib_axis_word, .defaults = {"f64"}, .identifies = true, .slug = "",
                       .words = ib_dtype_words, .flag = "--dtype", .flag_value = "TYPE"},
    [IB_AXIS_IMPL] = {FIELD(impl), .help = "implementation; see `ironbench list impls`",
                      .example = "[cpu_naive, {name: cpu_blas, threads: [1, 2]}]", .type = &ib_axis_impl,
                      .is_solver = true, .identifies = true, .slug = "", .flag = "--impl",
                      .flag_value = "IMPL"},
    [IB_AXIS_RESIDENCY] = {FIELD(residency),
                           .help = "on a device: copy data around each operation, or keep them there",
                           .example = "[per_op, resident]", .type = &ib_axis_word,
                           .defaults = {"per_op", "resident"}, .applies = is_on_device, .is_implied = true,
                           .is_solver = true, .identifies = true, .slug = "", .words = residency_choices,
                           .all_words = ib_residency_words, .flag = "--residency", .flag_value = "WHERE"},
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

const char *ib_axis_type_name(enum ib_axis_kind kind)
{
    return ib_axis_rules[kind].type->name;
}

const char *ib_axis_train_default(enum ib_axis_kind kind)
{
    const char *const *text = ib_axis_rules[kind].defaults;
    while (text[0] && text[1] && !ib_axis_rules[kind].which_default)
        text++;
    return *text;
}

/* ---- Reading ---- */

const char *ib_axis_allowed(struct ib_arena *arena, enum ib_axis_kind kind)
{
    return ib_axis_rule_allowed(arena, &ib_axis_rules[kind]);
}

enum ib_status ib_axis_parse(struct ib_arena *arena, enum ib_axis_kind kind, const char *text,
                             const char *where, struct ib_axis_value *out)
{
    return ib_axis_rule_parse(arena, &ib_axis_rules[kind], text, where, out);
}

enum ib_status ib_axis_read(const struct ib_yaml *doc, enum ib_axis_kind kind, const yaml_node_t *item,
                            struct ib_axis_values *out)
{
    const struct ib_axis_type *type = ib_axis_rules[kind].type;
    const char *text = NULL;
    if (type->read && item->type == type->node)
        return type->read(doc, &ib_axis_rules[kind], item, out);
    IB_TRY(ib_yaml_scalar(doc, item, ib_axis_rules[kind].name, type->is_number,
                          type->is_number ? "a number, without quotes" : "a single value", &text));
    return ib_axis_add_text(doc, &ib_axis_rules[kind], item, text, out);
}

enum ib_status ib_axis_read_all(const struct ib_yaml *doc, enum ib_axis_kind kind, const yaml_node_t *list,
                                struct ib_axis *out)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    struct ib_axis_values values = {0};
    if (ib_yaml_count(list) == 0)
        return ib_yaml_fail(doc, list, rule->name, "empty axis; at least one value is needed%s",
                            rule->type->empty_hint ? rule->type->empty_hint : "");
    for (size_t i = 0; i < ib_yaml_count(list); i++)
        IB_TRY(ib_axis_read(doc, kind, ib_yaml_item(doc, list, i), &values));
    *out = (struct ib_axis){.values = values.list, .n = values.n, .given = true};
    return IB_OK;
}

enum ib_status ib_axis_check(enum ib_axis_kind kind, const struct ib_axis *axis)
{
    const char *hint = ib_axis_rules[kind].type->twice_hint;
    for (size_t i = 0; i < axis->n; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(axis->values[i].text, axis->values[j].text) == 0)
                return ib_fail(IB_EINVAL, axis->values[i].where, "key `%s`: `%s` is given twice%s",
                               ib_axis_rules[kind].name, IB_SHORT(axis->values[i].text), hint ? hint : "");
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

json_t *ib_axis_item_schema(enum ib_axis_kind kind)
{
    return ib_axis_rules[kind].type->schema(&ib_axis_rules[kind]);
}

json_t *ib_axis_schema(enum ib_axis_kind kind)
{
    json_t *schema = ib_schema_list_or_one(ib_axis_item_schema(kind), 1);
    json_object_set_new(schema, "minItems", json_integer(1)); /* [] is one value only within a list */
    return schema;
}

/* ---- In a case ---- */

void ib_axis_enter(enum ib_axis_kind kind, const struct ib_axis_value *value, struct ib_case *c)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    memcpy((char *)c + rule->offset, (const char *)value + rule->type->from, rule->type->bytes);
    if (rule->type->settle)
        rule->type->settle(value, c);
}

bool ib_axis_applies(enum ib_axis_kind kind, const struct ib_case *c)
{
    return !ib_axis_rules[kind].applies || ib_axis_rules[kind].applies(c);
}

struct ib_axis_column ib_axis_column(enum ib_axis_kind kind)
{
    static const char *const sql_types[] = {[IB_FORM_TEXT] = "TEXT",
                                            [IB_FORM_REAL] = "REAL",
                                            [IB_FORM_INTEGER] = "INTEGER",
                                            [IB_FORM_INTEGERS] = "TEXT"};
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    return (struct ib_axis_column){.name = rule->name,
                                   .form = rule->type->form,
                                   .sql_type = sql_types[rule->type->form],
                                   .nullable = rule->applies && !rule->is_implied};
}

const char *ib_axis_text(struct ib_arena *arena, enum ib_axis_kind kind, const struct ib_case *c)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    return rule->is_implied || ib_axis_applies(kind, c) ? rule->type->print(arena, rule, c) : NULL;
}
