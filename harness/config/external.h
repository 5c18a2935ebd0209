/* The `external` key: external programs that speak the protocol, used as implementations. */
#ifndef IB_CONFIG_EXTERNAL_H
#define IB_CONFIG_EXTERNAL_H

#include "base/yaml_keys.h"
#include "parent/registry.h"

extern const struct ib_yaml_key ib_external_keys[];

/* Reads a map of names and {command: [program, argument, …]} into *out, one entry each. */
enum ib_status ib_externals_read(const struct ib_yaml *, const char *key, const yaml_node_t *map,
                                 const char *folder, struct ib_external **out, size_t *n);

/* Resolves the relative paths of a command so that it works from any folder. A program without a slash is
 * looked up in PATH. Otherwise it is searched in `folder` (NULL: the working directory), then in the
 * program's home, as is every argument; an argument counts as a path only if such a file exists. In the home,
 * only names with a slash are searched. Both lists end with NULL. */
const char *const *ib_command_resolve(struct ib_arena *, const char *folder, const char *const *command);

#endif
