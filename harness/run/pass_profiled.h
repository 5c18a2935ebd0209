/* The profiled pass of a case. */
#ifndef IB_RUN_PASS_PROFILED_H
#define IB_RUN_PASS_PROFILED_H

#include "run/pass_context.h"

/* Where the time of an epoch goes, from a short training in which every step is waited for; NULL for work in
 * host memory and where it failed, with the reason or "". In the arena. */
const struct ib_profile *ib_pass_profiled(const struct ib_pass_context *, const struct ib_case *,
                                          struct ib_arena *, const char **reason);

#endif
