/* The description of an implementation for the parent, which never loads its code. */
#ifndef IB_CORE_IMPL_INFO_H
#define IB_CORE_IMPL_INFO_H

#include "ironbench/impl.h"

struct ib_impl_info {
    const char *name, *summary, *source;
    const char *plugin;              /* path of its shared object; NULL: built in */
    const char *const *command;      /* of an external program; else NULL */
    const char *algorithm;           /* NULL: the contract's gradient descent */
    uint32_t flags;                  /* enum ib_impl_flags */
    uint32_t updates;                /* enum ib_updates: those that an external program declares */
    bool device;                     /* has its own memory, and therefore residencies */
    uint64_t losses;                 /* in addition to the first three: ib_loss_is_known */
    const char *path;                /* "ops" or "fused": how it trains; NULL: an external program */
    const struct ib_option *options; /* ends with a NULL name; empty if they could not be queried */
    bool available;
    const char *reason;    /* why it is not available */
    const char *libraries; /* library versions and device name; NULL if not given */
};

#endif
