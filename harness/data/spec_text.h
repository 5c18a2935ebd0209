/* A description of a data file as it is written in a configuration. */
#ifndef IB_DATA_SPEC_TEXT_H
#define IB_DATA_SPEC_TEXT_H

#include "data/spec.h"

/* One line for each key that the description gives, `path` first, each after `indent`: "    path: a.csv\n".
 * The keys are those that ib_spec_read reads. IB_EINVAL if a text cannot be written (base/yaml_text.h). */
enum ib_status ib_spec_text(struct ib_arena *, const struct ib_dataset_spec *, const char *indent,
                            const char **out);

#endif
