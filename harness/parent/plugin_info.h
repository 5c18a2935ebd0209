/* What an implementation says of itself: an entry of the answer to `describe`. */
#ifndef IB_PARENT_PLUGIN_INFO_H
#define IB_PARENT_PLUGIN_INFO_H

#include "base/arena.h"
#include "core/impl_info.h"

#include <jansson.h>

/* Fills in all but what the registry knows (name, plugin, command). Texts are copied to the arena. IB_EINVAL
 * names the field that is missing or wrong; then *info is as it was. */
enum ib_status ib_plugin_info_read(const json_t *impl, struct ib_arena *, struct ib_impl_info *info);

#endif
