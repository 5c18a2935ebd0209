/* The description of an implementation: one entry of the answer to `describe`. */
#ifndef IB_PARENT_PLUGIN_INFO_H
#define IB_PARENT_PLUGIN_INFO_H

#include "base/arena.h"
#include "core/impl_info.h"

#include <jansson.h>

/* Fills in everything except what the registry already knows (name, plugin, command). Texts are copied to the
 * arena. IB_EINVAL names the field that is missing or wrong; *info is then unchanged. */
enum ib_status ib_plugin_info_read(const json_t *impl, struct ib_arena *, struct ib_impl_info *info);

#endif
