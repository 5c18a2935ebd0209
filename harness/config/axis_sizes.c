/* Axis values that are sizes: of hidden layers, and of mini-batches. */
#include "base/error.h"
#include "config/axis_parsers.h"
#include "config/axis_schema.h"
#include "core/batches.h"

#include <inttypes.h>
#include <string.h>

#define BATCH_MAX   4294967295
#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x

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
    return layers_text(arena, ib_axis_field(rule, c), c->spec.net.n_layers - 1);
}

const struct ib_axis_type ib_axis_layers = {
    .name = "integer or list of integers",
    .allowed = "1 to 8 layer sizes such as 6x6, each from 1 to " TEXT_OF(IB_LAYER_MAX) ", or none",
    .schema = ib_axis_layers_schema,
    .form = IB_FORM_INTEGERS,
    IB_AXIS_FROM(list),
    .empty_hint = ", such as [[]] for no hidden layers",
    .twice_hint = "; one network with two layers is [[6, 6]]",
    .parse = parse_layers,
    .node = YAML_SEQUENCE_NODE,
    .read = read_layers,
    .settle = settle_layers,
    .print = print_layers};
_Static_assert(IB_MAX_LAYERS - 1 == 8, "ib_axis_layers.allowed names the number of hidden layers");

/* ---- Mini-batches: "full", or a number of rows ---- */

static bool parse_batch(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                        struct ib_axis_value *out)
{
    (void)rule;
    if (strcmp(text, "full") == 0) {
        out->integer = 0;
        out->text = "full";
        return true;
    }
    if (!ib_parse_u64(text, &out->integer) || !out->integer || out->integer > BATCH_MAX)
        return false;
    out->text = ib_arena_print(arena, "%" PRIu64, out->integer);
    return true;
}

static const char *print_batch(struct ib_arena *arena, const struct ib_axis_rule *rule,
                               const struct ib_case *c)
{
    const uint64_t batch = *(const uint64_t *)ib_axis_field(rule, c);
    return batch ? ib_arena_print(arena, "%" PRIu64, batch) : "full";
}

const struct ib_axis_type ib_axis_batch = {.name = "integer or full",
                                           .allowed =
                                               "full, or a number of rows from 1 to " TEXT_OF(BATCH_MAX),
                                           .schema = ib_axis_batch_schema,
                                           .form = IB_FORM_TEXT,
                                           IB_AXIS_FROM(integer),
                                           .parse = parse_batch,
                                           .print = print_batch};
_Static_assert(BATCH_MAX == IB_BATCH_ROWS_MAX, "rows are numbered by u32");
