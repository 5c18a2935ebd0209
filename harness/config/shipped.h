/* The configurations that come with this program: configs/NAME.yaml of its data folder. */
#ifndef IB_CONFIG_SHIPPED_H
#define IB_CONFIG_SHIPPED_H

#include "base/arena.h"
#include "ironbench/impl.h"

/* Their names, sorted; ends with NULL. */
const char *const *ib_shipped_configs(struct ib_arena *);
const char *ib_shipped_path(struct ib_arena *, const char *name);
/* The first sentence of the comment at the beginning of one; "" if there is none. */
const char *ib_shipped_summary(struct ib_arena *, const char *name);

/* Writes the path of a configuration that is given as a path, or by the name of a shipped one, to *path. A
 * file has precedence. IB_EINVAL: a word without a slash and suffix that is neither. Other paths are not
 * checked. */
enum ib_status ib_config_find(struct ib_arena *, const char *given, const char **path);

#endif
