/* The worker's descriptions of implementations, as JSON for ib_registry. There are three steps, so that a
 * table is known even if its probe crashes the process. */
#ifndef IB_PLUGIN_DESCRIBE_H
#define IB_PLUGIN_DESCRIBE_H

#include "ironbench/impl.h"

#include <jansson.h>

/* Describes the tables of a plugin, or of the built-ins (NULL): a list of {name, summary, source, flags,
 * device, fused, options}, with {available: false, reason} if the table is invalid. Calls only ib_plugin.
 * `whole`: include the results of the other two steps. */
enum ib_status ib_describe_plugin(const char *plugin, bool whole, json_t **out);
/* {available, reason}: the result of the implementation's probe. */
enum ib_status ib_describe_probe(const char *plugin, const char *name, json_t **out);
/* {libraries}: library versions and the device's name, from an instance opened for this. */
enum ib_status ib_describe_libraries(const char *plugin, const char *name, json_t **out);

#endif
