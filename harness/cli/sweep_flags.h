/* Flags that several commands share: what a command line adds to a configuration. */
#ifndef IB_CLI_SWEEP_FLAGS_H
#define IB_CLI_SWEEP_FLAGS_H

#include "cli/args.h"
#include "config/case_filter.h"

/* Values of -s and -x (config/case_filter.h), paths of --plugin. Each list ends with NULL. */
struct ib_sweep_flags {
    const char *keep[IB_FLAG_LIST + 1], *drop[IB_FLAG_LIST + 1], *plugins[IB_FLAG_LIST + 1];
};

#define IB_PLUGIN_FLAG(paths)                                                                                \
    {                                                                                                        \
        "--plugin", "FILE.so", "a shared object that brings implementations; may be repeated", NULL, paths   \
    }
/* The entries of a command's table for all of them. */
#define IB_SWEEP_FLAGS(flags)                                                                                \
    {IB_SELECT_FLAG, "SELECT", "only cases that meet all of 'impl=cpu_*,lr<0.1'; repeated: or of that",      \
     NULL, (flags).keep},                                                                                    \
        {IB_EXCLUDE_FLAG, "EXCLUDE", "no cases that meet all of it; may be repeated", NULL, (flags).drop},   \
        IB_PLUGIN_FLAG((flags).plugins)

#endif
