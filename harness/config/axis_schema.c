#include "config/axis_schema.h"

#include "core/batches.h"

#include <math.h>

json_t *ib_axis_text_schema(const struct ib_axis_rule *rule)
{
    (void)rule;
    return ib_schema_text();
}

json_t *ib_axis_names_schema(const struct ib_axis_rule *rule)
{
    const char *names[IB_AXIS_NAMES + 1];
    ib_axis_list_names(rule, names);
    return ib_schema_names(names);
}

json_t *ib_axis_rate_schema(const struct ib_axis_rule *rule)
{
    (void)rule;
    return ib_schema_number(0, true, INFINITY);
}

json_t *ib_axis_share_schema(const struct ib_axis_rule *rule)
{
    (void)rule;
    return ib_schema_number(0, false, INFINITY);
}

json_t *ib_axis_integer_schema(const struct ib_axis_rule *rule)
{
    return ib_schema_integer(rule->min, rule->max);
}

/* full, or 32. */
json_t *ib_axis_batch_schema(const struct ib_axis_rule *rule)
{
    (void)rule;
    return ib_schema_either(ib_schema_integer(1, IB_BATCH_ROWS_MAX),
                            ib_schema_pattern("^(full|[1-9][0-9]*)$"));
}

/* 6, "6,6", none or [6, 6]. */
json_t *ib_axis_layers_schema(const struct ib_axis_rule *rule)
{
    (void)rule;
    json_t *text = ib_schema_pattern("^(none|[0-9]+([,x-][0-9]+)*)$");
    json_t *list = ib_schema_list(ib_schema_integer(1, IB_LAYER_MAX), 0);
    json_object_set_new(list, "maxItems", json_integer(IB_MAX_LAYERS - 1));
    return ib_schema_either(ib_schema_integer(1, IB_LAYER_MAX), ib_schema_either(text, list));
}

static json_t *pattern_of_text(const char *expression)
{
    json_t *schema = ib_schema_text();
    json_object_set_new(schema, "pattern", json_string(expression));
    return schema;
}

/* cpu_blas, or {name: cpu_blas, threads: [1, 2]} with any options. */
json_t *ib_axis_impl_schema(const struct ib_axis_rule *rule)
{
    (void)rule;
    json_t *map = ib_schema_map_of(NULL, ib_schema_list_or_one(pattern_of_text("^[^ \\t\\r\\n]+$"), 1));
    json_object_set_new(map, "properties", json_pack("{s:o}", "name", ib_schema_text()));
    json_object_set_new(map, "required", json_pack("[s]", "name"));
    return ib_schema_either(pattern_of_text("^[^ ]+( [^ =]+=[^ ]*)*$"), map);
}
