#include "config/section_schema.h"

#include "config/case_filter.h"
#include "config/external.h"
#include "config/gate_rules.h"
#include "config/measure.h"
#include "data/spec.h"

json_t *ib_version_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return json_pack("{s:i}", "const", 1);
}

json_t *ib_name_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return ib_schema_either(ib_schema_pattern(IB_YAML_NAME_PATTERN), ib_schema_integer(0, INT64_MAX));
}

json_t *ib_text_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return ib_schema_text();
}

json_t *ib_texts_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return ib_schema_list_or_one(ib_schema_text(), 0);
}

json_t *ib_matrix_schema(const struct ib_yaml_key *key)
{
    struct ib_arena arena = {0};
    (void)key;
    json_t *schema = ib_yaml_map_schema(ib_matrix_spec_keys(&arena), NULL);
    ib_arena_free(&arena);
    return schema;
}

json_t *ib_zip_schema(const struct ib_yaml_key *key)
{
    (void)key;
    json_t *axes = ib_schema_list(ib_schema_names(ib_axis_names()), 2);
    return ib_schema_either(axes, ib_schema_list(json_incref(axes), 1));
}

json_t *ib_include_schema(const struct ib_yaml_key *key)
{
    return ib_schema_list_or_one(ib_matrix_schema(key), 0);
}

json_t *ib_exclude_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return ib_schema_list_or_one(ib_case_filter_schema(), 0);
}

json_t *ib_datasets_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return ib_schema_map_of(IB_YAML_NAME_PATTERN,
                            json_pack("{s:s, s:{s:[s]}, s:o, s:o}", "type", "object", "if", "required",
                                      "synth", "then", ib_yaml_map_schema(ib_spec_synth_keys, NULL), "else",
                                      ib_yaml_map_schema(ib_spec_file_keys, NULL)));
}

json_t *ib_external_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return ib_schema_map_of(IB_YAML_NAME_PATTERN, ib_yaml_map_schema(ib_external_keys, NULL));
}

json_t *ib_measure_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return ib_yaml_map_schema(ib_measure_keys, &ib_measure_default);
}

json_t *ib_gate_schema(const struct ib_yaml_key *key)
{
    (void)key;
    return ib_yaml_map_schema(ib_gate_keys, &ib_gate_rules_default);
}
