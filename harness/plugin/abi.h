/* Checks the tables of a plugin's implementations and copies them into tables of this program's ABI
 * version. Fields that an older plugin lacks become NULL, additional fields of a newer one are dropped, and
 * no other code has to check the size of a table. */
#ifndef IB_PLUGIN_ABI_H
#define IB_PLUGIN_ABI_H

#include "ironbench/impl.h"

struct ib_plugin_tables {
    struct ib_impl impl;
    struct ib_mem_ops mem;
    struct ib_tensor_ops ops;
    struct ib_fused fused;
    struct ib_capture capture;
    char fault[160]; /* why this implementation of a valid plugin cannot be used; "" if it can */
};

/* Writes out[count]. `where` is the plugin's path, for messages. IB_EINVAL if the plugin as a whole is
 * incompatible: another ABI, a table that is too short, or a missing, invalid or duplicate name. */
enum ib_status ib_plugin_tables_adopt(const char *where, const struct ib_impl *const *impls, uint32_t count,
                                      struct ib_plugin_tables *out);

/* Returns true for a lower-case letter followed by lower-case letters, digits and _; at most 63 in all. */
bool ib_is_impl_name(const char *);

#endif
