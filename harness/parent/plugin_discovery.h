/* The parent's side of describe.h: asks a worker what a plugin contains. Each probe that kills the worker
 * costs a new one. */
#ifndef IB_PARENT_PLUGIN_DISCOVERY_H
#define IB_PARENT_PLUGIN_DISCOVERY_H

#include "core/case_status.h"

#include <jansson.h>

/* Lists every implementation of a plugin, or of the program's built-ins (NULL), with all fields of
 * describe.h. `available` is false, with the reason, also where a probe crashed, hung or ended the process.
 * program: the ironbench binary whose workers are asked; NULL: this one. Returns false, with the reason, if
 * the plugin as a whole cannot be used. */
bool ib_discover(const char *program, const char *plugin, json_t **impls, struct ib_outcome *);

/* Lists the implementations that an external program describes. On failure returns false with the reason and
 * sets *impls to NULL. */
bool ib_discover_external(const char *const *command, uint64_t timeout_ns, json_t **impls,
                          struct ib_outcome *);

#endif
