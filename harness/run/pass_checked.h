/* The checked pass of a case, which gives its verdict. */
#ifndef IB_RUN_PASS_CHECKED_H
#define IB_RUN_PASS_CHECKED_H

#include "run/pass_context.h"

/* Trains once with losses read, compares with the oracle and computes the metrics. *out is allocated in the
 * arena. */
void ib_pass_checked(const struct ib_pass_context *, const struct ib_case *, struct ib_arena *,
                     struct ib_checked_pass *out);

#endif
