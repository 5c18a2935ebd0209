/* A configuration with all that it leads to: its registry of implementations and its matrix of cases. */
#ifndef IB_CONFIG_SWEEP_H
#define IB_CONFIG_SWEEP_H

#include "cli/args.h"
#include "config/matrix.h"

struct ib_sweep {
    struct ib_config config;
    struct ib_registry *registry;
    struct ib_matrix matrix;
};

/* What the flags of a command add to a configuration: values of -s and -x (config/case_selection.h), paths of
 * --plugin. Each list ends with NULL. */
struct ib_sweep_flags {
    const char *keep[IB_FLAG_LIST + 1], *drop[IB_FLAG_LIST + 1], *plugins[IB_FLAG_LIST + 1];
};
/* The entries of a command's table for them. */
#define IB_SWEEP_FLAGS(flags) IB_SELECTION_FLAGS((flags).keep, (flags).drop), IB_PLUGIN_FLAG((flags).plugins)

enum ib_status ib_sweep_open(const char *path, const struct ib_sweep_flags *, struct ib_sweep *out);
/* The external programs that a configuration names; ib_sweep_open has done so for its own registry. */
enum ib_status ib_sweep_add_externals(const struct ib_config *, struct ib_registry *);
void ib_sweep_close(struct ib_sweep *);

#endif
