/* A configuration with its registry of implementations and its matrix of cases. */
#ifndef IB_CONFIG_SWEEP_H
#define IB_CONFIG_SWEEP_H

#include "config/matrix.h"
#include "core/shard.h"

struct ib_sweep {
    struct ib_config config;
    struct ib_registry *registry;
    struct ib_matrix matrix;
    struct ib_shard shard; /* set by the command, and the matrix then narrowed to it (run/shards.h) */
    const char *earlier;   /* folder of the runs that balance the shards; NULL: none */
    const char *division;  /* identifies the division into shards; NULL: none, or not known yet */
};

/* Opens a configuration with the command line's filters of -s and -x and paths of --plugin. Each list ends
 * with NULL. */
enum ib_status ib_sweep_open(const char *path, const char *const *keep, const char *const *drop,
                             const char *const *plugins, struct ib_sweep *out);
/* Adds the external programs of a configuration to a registry; ib_sweep_open does this for its own. */
enum ib_status ib_sweep_add_externals(const struct ib_config *, struct ib_registry *);
/* Narrows its matrix to the cases whose element of `kept` is true. */
void ib_sweep_keep(struct ib_sweep *, const bool *kept);
void ib_sweep_close(struct ib_sweep *);

#endif
