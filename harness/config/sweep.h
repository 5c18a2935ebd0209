/* A configuration with all that it leads to: its registry of implementations and its matrix of cases. */
#ifndef IB_CONFIG_SWEEP_H
#define IB_CONFIG_SWEEP_H

#include "config/matrix.h"

struct ib_sweep {
    struct ib_config config;
    struct ib_registry *registry;
    struct ib_matrix matrix;
};

/* Opens a configuration with what a command line adds: filters of -s and -x, paths of --plugin. Each list
 * ends with NULL. */
enum ib_status ib_sweep_open(const char *path, const char *const *keep, const char *const *drop,
                             const char *const *plugins, struct ib_sweep *out);
/* The external programs that a configuration names; ib_sweep_open has done so for its own registry. */
enum ib_status ib_sweep_add_externals(const struct ib_config *, struct ib_registry *);
void ib_sweep_close(struct ib_sweep *);

#endif
