/* The old side of `gate --against`: the same cases, done by another build of the program, or by an
 * implementation of the same name from a plugin. */
#ifndef IB_GATE_BASELINE_BUILD_H
#define IB_GATE_BASELINE_BUILD_H

#include "config/sweep.h"

struct ib_baseline_build {
    const char *program; /* whose workers do the work; NULL: this program's */
    struct ib_registry *registry;
    const struct ib_case
        *cases; /* those of the sweep, in its order; unavailable where the old side has none */
    struct ib_arena arena;
};

/* `path` ends with ".so": a plugin; else a program. IB_EINVAL: neither, or none of the sweep's
 * implementations is in it. The sweep must outlive it. */
enum ib_status ib_baseline_build_open(const char *path, const struct ib_sweep *,
                                      struct ib_baseline_build *out);
void ib_baseline_build_close(struct ib_baseline_build *);

#endif
