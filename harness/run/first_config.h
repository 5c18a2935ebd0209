/* A first configuration for a data set: the models that can learn it, the implementations that are here, and
 * a size that takes a minute rather than an hour. */
#ifndef IB_RUN_FIRST_CONFIG_H
#define IB_RUN_FIRST_CONFIG_H

#include "data/dataset.h"
#include "parent/registry.h"

struct ib_first_config {
    const char *file;      /* the configuration's path as a word of a shell, for its comments */
    const char *name;      /* of the run */
    const char *schema;    /* location of the JSON Schema of configurations, for editors */
    const char *reference; /* what the axis `dataset` says: a name or a path; or its name under `datasets:` */
    const struct ib_dataset_spec *spec; /* written under `datasets:`; NULL: `reference` says all */
    const struct ib_dataset *dataset;
    struct ib_registry *registry;
};

/* Writes the text of the configuration, with comments, to the arena. IB_EINVAL if something cannot be written
 * in YAML. */
enum ib_status ib_first_config_text(struct ib_arena *, const struct ib_first_config *, const char **out);

#endif
