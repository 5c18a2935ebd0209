/* The tables of implementations as a plugin brings them: checked, and copied into tables of this program's
 * size. What an older plugin does not know is NULL there, what a newer one knows besides is left out, and
 * nobody else need ask how long a table was. */
#ifndef IB_PLUGIN_ABI_H
#define IB_PLUGIN_ABI_H

#include "ironbench/impl.h"

struct ib_plugin_tables {
    struct ib_impl impl;
    struct ib_mem_ops mem;
    struct ib_tensor_ops ops;
    struct ib_fused fused;
    struct ib_capture capture;
    char fault[160]; /* why this implementation cannot be used, though its plugin can; "": it can */
};

/* Fills out[count]. `where`: the plugin's path, for messages. IB_EINVAL: the plugin as a whole means
 * something else than this program does: another ABI, a table that is too short, a missing or impossible
 * name. */
enum ib_status ib_plugin_tables_adopt(const char *where, const struct ib_impl *const *impls, uint32_t count,
                                      struct ib_plugin_tables *out);

/* A lower-case letter, then lower-case letters, digits and _; at most 63 of them. */
bool ib_is_impl_name(const char *);

#endif
