/* What a worker says of the implementations that it can load, as JSON that ib_registry reads. In three steps,
 * so that a table is known even where its probe ends the process. */
#ifndef IB_PLUGIN_DESCRIBE_H
#define IB_PLUGIN_DESCRIBE_H

#include "ironbench/impl.h"

#include <jansson.h>

/* The tables of a plugin, or of the built-ins (NULL): a list of {name, summary, source, flags, device, fused,
 * options}; {available: false, reason} too where the table lacks what it must have. Nothing of it is called
 * but ib_plugin. `whole`: with what the other two steps say, of each. */
enum ib_status ib_describe_plugin(const char *plugin, bool whole, json_t **out);
/* {available, reason}: what its probe says. */
enum ib_status ib_describe_probe(const char *plugin, const char *name, json_t **out);
/* {libraries}: their versions and the device's name, from an instance opened for that purpose. */
enum ib_status ib_describe_libraries(const char *plugin, const char *name, json_t **out);

#endif
