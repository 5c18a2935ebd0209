/* A configuration with its registry of implementations and its matrix of cases. */
#ifndef IB_CONFIG_SWEEP_H
#define IB_CONFIG_SWEEP_H

#include "config/matrix.h"

struct ib_sweep {
    struct ib_config config;
    struct ib_registry *registry;
    struct ib_matrix matrix;
};

/* Opens a configuration with the command line's filters of -s and -x and paths of --plugin. Each list ends
 * with NULL. */
enum ib_status ib_sweep_open(const char *path, const char *const *keep, const char *const *drop,
                             const char *const *plugins, struct ib_sweep *out);
/* Adds the external programs of a configuration to a registry; ib_sweep_open does this for its own. */
enum ib_status ib_sweep_add_externals(const struct ib_config *, struct ib_registry *);
void ib_sweep_close(struct ib_sweep *);

#endif
