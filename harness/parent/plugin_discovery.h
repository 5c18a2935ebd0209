/* The parent's side of describe.h: what a plugin brings, asked of a worker, and of another one after each
 * implementation whose probe ended the last. */
#ifndef IB_PARENT_PLUGIN_DISCOVERY_H
#define IB_PARENT_PLUGIN_DISCOVERY_H

#include "core/outcome.h"

#include <jansson.h>

/* Every implementation of a plugin, or of the program's built-ins (NULL), with all that describe.h gives;
 * `available` is false, with the reason, also where its probe crashed, hung or ended the process. program:
 * the ironbench whose workers are asked; NULL: this one. false, with the reason: the plugin as a whole cannot
 * be used. */
bool ib_discover(const char *program, const char *plugin, json_t **impls, struct ib_outcome *);

/* The list that an external program gives of its implementations, with all that it wants to say of each.
 * false, with the reason, and then *impls is NULL: it gave none. */
bool ib_discover_external(const char *const *command, uint64_t timeout_ns, json_t **impls,
                          struct ib_outcome *);

#endif
