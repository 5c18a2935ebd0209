/* The old side of `gate --against`: the same cases, run by another build of the program, or by
 * implementations of the same names from a plugin. */
#ifndef IB_GATE_BASELINE_BUILD_H
#define IB_GATE_BASELINE_BUILD_H

#include "config/sweep.h"

struct ib_baseline_build {
    const char *program; /* runs the workers; NULL: this program */
    struct ib_registry *registry;
    const struct ib_case *cases; /* as in the sweep; unavailable if the old side lacks the implementation */
    struct ib_arena arena;
};

/* Opens a plugin if `path` ends with ".so", else a program. IB_EINVAL: it is neither, or has none of the
 * sweep's implementations. The sweep must outlive the result. */
enum ib_status ib_baseline_build_open(const char *path, const struct ib_sweep *,
                                      struct ib_baseline_build *out);
void ib_baseline_build_close(struct ib_baseline_build *);

#endif
