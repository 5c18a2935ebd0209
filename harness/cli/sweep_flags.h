/* Flags shared by several commands, which add to a configuration. */
#ifndef IB_CLI_SWEEP_FLAGS_H
#define IB_CLI_SWEEP_FLAGS_H

#include "cli/args.h"
#include "config/case_filter.h"
#include "parent/worker_files.h"

/* Values of -s and -x (config/case_filter.h), paths of --plugin. Each list ends with NULL. */
struct ib_sweep_flags {
    const char *keep[IB_FLAG_LIST + 1], *drop[IB_FLAG_LIST + 1], *plugins[IB_FLAG_LIST + 1];
    const char *sandbox; /* of run and gate; NULL: not given */
};

/* Of run and plan. */
#define IB_EARLIER_FLAG(path)                                                                                \
    {                                                                                                        \
        "--earlier", "DIR", "balance shards by the times of the runs in DIR; the same for all shards", path, \
            NULL                                                                                             \
    }
#define IB_PLUGIN_FLAG(paths)                                                                                \
    {                                                                                                        \
        "--plugin", "FILE.so", "shared object with more implementations; may be repeated", NULL, paths       \
    }
#define IB_SANDBOX_FLAG "--sandbox"
#define IB_SANDBOX_HELP                                                                                      \
    "confine implementations to their own files, without network, signals to others or privileges"
/* Help on the values of -s and -x. */
#define IB_CONFIG_HELP "CONFIG is a file, or a name that `ironbench list configs` prints, such as `quick`.\n"
#define IB_CONDITION_HELP                                                                                    \
    "SELECT and EXCLUDE are conditions separated by commas or spaces: an axis, rows, cols, task or option\n" \
    "compared with a value, such as dtype=f32, impl=cpu_*, lr<0.1 or rows>=1000; or a word that any axis\n"  \
    "may have, so that the title of a table works: \"mlp 6x6 relu lr=0.01 f32 diabetes\"."
/* Entries for -s and -x, or for all of them, in a command's table of flags. */
#define IB_SELECTION_FLAGS(flags)                                                                            \
    {IB_SELECT_FLAG, "SELECT", "only cases that meet all conditions; repeat to add other cases", NULL,       \
     (flags).keep},                                                                                          \
    {                                                                                                        \
        IB_EXCLUDE_FLAG, "EXCLUDE", "skip cases that meet all conditions; may be repeated", NULL,            \
            (flags).drop                                                                                     \
    }
#define IB_SWEEP_FLAGS(flags) IB_SELECTION_FLAGS(flags), IB_PLUGIN_FLAG((flags).plugins)

#endif
