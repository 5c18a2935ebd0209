/* An implementation as the parent and the configuration know it: by name and description, never by code. */
#ifndef IB_CORE_IMPL_INFO_H
#define IB_CORE_IMPL_INFO_H

#include "ironbench/impl.h"

struct ib_impl_info {
    const char *name, *summary, *source;
    const char *plugin;              /* path of its shared object; NULL: built in */
    const char *const *command;      /* of an external program; else NULL */
    const char *algorithm;           /* another than the contract's gradient descent; NULL: that */
    uint32_t flags;                  /* enum ib_impl_flags */
    bool device;                     /* has memory of its own, and so residencies */
    const char *path;                /* "ops" or "fused": how it trains; NULL: an external program */
    const struct ib_option *options; /* ends with a NULL name; none where it could not be asked */
    bool available;
    const char *reason;    /* why not, when not available */
    const char *libraries; /* their versions, the device's name; NULL where not given */
};

#endif
