/* The limit of a case: what an epoch takes at least on this machine, and the time below which it is
 * impossible. */
#ifndef IB_RUN_CASE_LIMIT_H
#define IB_RUN_CASE_LIMIT_H

#include "run/pass_context.h"

/* Reads the limits of the machine. Memory is the arena's. */
void ib_limits_use(struct ib_arena *, const struct ib_machine *, struct ib_pass_context *);

/* Texts are in the arena. */
void ib_case_limit(const struct ib_pass_context *, const struct ib_case *, struct ib_arena *,
                   struct ib_limit_record *out);

/* Sets what the operations of a profile take at least. */
void ib_case_work(const struct ib_pass_context *, const struct ib_case *, struct ib_profile *);

/* Returns whether this machine can train as fast; false sets the outcome. Always true where the limits are
 * unknown, on a device, and for another algorithm. */
bool ib_case_is_possible(const struct ib_pass_context *, const struct ib_case *, double epoch_ns,
                         struct ib_outcome *);

#endif
