/* Values as they are written in a YAML file, so that base/yaml_reader.h reads the same text. */
#ifndef IB_BASE_YAML_TEXT_H
#define IB_BASE_YAML_TEXT_H

#include "base/arena.h"

/* The text itself, or in quotes where YAML would take it for something else. IB_EINVAL if it is not UTF-8,
 * which YAML has to be. */
enum ib_status ib_yaml_text(struct ib_arena *, const char *text, const char **out);

#endif
