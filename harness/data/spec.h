/* Descriptions of data sets in YAML: under `datasets:` of a configuration, or in X.yaml next to X.csv. */
#ifndef IB_DATA_SPEC_H
#define IB_DATA_SPEC_H

#include "base/yaml_keys.h"
#include "data/table.h"

/* The keys of a description with `path`, and with `synth`. */
extern const struct ib_yaml_key ib_spec_file_keys[], ib_spec_synth_keys[];

/* Reads a description, which must contain `path`, relative to `folder`, or `synth`. */
enum ib_status ib_spec_read(const struct ib_yaml *, const char *name, const yaml_node_t *, const char *folder,
                            struct ib_dataset_spec *out);

/* Reads the YAML file next to out->path, if there is one. */
enum ib_status ib_spec_read_sidecar(struct ib_arena *, struct ib_dataset_spec *out);

/* IB_EINVAL, at the description or else at the path, for a key that does not apply to a format. */
enum ib_status ib_spec_check_keys(const struct ib_dataset_spec *, const struct ib_dataset_format *,
                                  const char *path);

#endif
