/* JSON Schemas of single axis values: one for each type of axis_parsers.h, which refers to them. */
#ifndef IB_CONFIG_AXIS_SCHEMA_H
#define IB_CONFIG_AXIS_SCHEMA_H

#include "base/json_schema.h"
#include "config/axis_rule.h"

json_t *ib_axis_text_schema(const struct ib_axis_rule *);  /* any text */
json_t *ib_axis_names_schema(const struct ib_axis_rule *); /* its names or words */
json_t *ib_axis_rate_schema(const struct ib_axis_rule *);
json_t *ib_axis_share_schema(const struct ib_axis_rule *);
json_t *ib_axis_integer_schema(const struct ib_axis_rule *);
json_t *ib_axis_batch_schema(const struct ib_axis_rule *);
json_t *ib_axis_layers_schema(const struct ib_axis_rule *);
json_t *ib_axis_impl_schema(const struct ib_axis_rule *);

#endif
