/* JSON Schemas of the sections of a configuration, for the keys of config.c that read them. */
#ifndef IB_CONFIG_SECTION_SCHEMA_H
#define IB_CONFIG_SECTION_SCHEMA_H

#include "base/yaml_keys.h"

json_t *ib_version_schema(const struct ib_yaml_key *);
json_t *ib_name_schema(const struct ib_yaml_key *);
json_t *ib_text_schema(const struct ib_yaml_key *);
json_t *ib_texts_schema(const struct ib_yaml_key *);
json_t *ib_matrix_schema(const struct ib_yaml_key *);
json_t *ib_zip_schema(const struct ib_yaml_key *);
json_t *ib_include_schema(const struct ib_yaml_key *);
json_t *ib_exclude_schema(const struct ib_yaml_key *);
json_t *ib_datasets_schema(const struct ib_yaml_key *);
json_t *ib_external_schema(const struct ib_yaml_key *);
json_t *ib_measure_schema(const struct ib_yaml_key *);
json_t *ib_gate_schema(const struct ib_yaml_key *);

#endif
