/* `external` of a configuration: external programs that speak the protocol, as implementations. */
#ifndef IB_CONFIG_EXTERNAL_H
#define IB_CONFIG_EXTERNAL_H

#include "base/yaml_keys.h"
#include "parent/registry.h"

extern const struct ib_yaml_key ib_external_keys[];

/* Reads a map of names and {command: [program, argument, …]}; *out has one for each. */
enum ib_status ib_externals_read(const struct ib_yaml *, const char *key, const yaml_node_t *map,
                                 const char *folder, struct ib_external **out, size_t *n);

/* The command with its relative paths made to work from any folder. A program without a slash is left to
 * PATH. Another, and every argument that is a relative path, is looked for in `folder` (NULL: the working
 * directory), then in the program's home; an argument is a path where there is such a file. In the home only
 * what has a slash is looked for. Both lists end with NULL. */
const char *const *ib_command_resolve(struct ib_arena *, const char *folder, const char *const *command);

#endif
