/* The steps that all passes are made of: one worker trains one case. Nothing here stores or prints. */
#ifndef IB_RUN_PASS_H
#define IB_RUN_PASS_H

#include "run/pass_context.h"

/* A worker, or an external program, with the problem in place, watched by a tracer or not. *worker is NULL,
 * or must be ended, also on failure. */
bool ib_pass_open(const struct ib_pass_context *, const struct ib_case *, bool watched, struct ib_job *,
                  struct ib_worker_process **worker, struct ib_outcome *);
bool ib_pass_train(const struct ib_pass_context *, const struct ib_case *, struct ib_worker_process *,
                   const struct ib_train_request *, struct ib_pass_result *out, struct ib_outcome *);
/* Reads what the pass left in `folder`, and removes it. */
bool ib_pass_load(const struct ib_job *, const char *folder, bool with_curve, struct ib_arena *,
                  struct ib_arrays *out, struct ib_outcome *);
/* Did a training of all epochs, of which the loss of `reads` was read, copy what the transfer model says?
 * false sets the outcome to untrusted. Not for external programs, whose copies are unknown. */
bool ib_pass_copies_as_expected(const struct ib_case *, const struct ib_pass_result *, uint64_t reads,
                                struct ib_outcome *);
/* Does the count of the driver or a tracer, where there is one, agree with the transfer log? false sets the
 * outcome to untrusted. */
bool ib_pass_tracer_agrees(const struct ib_pass_result *, struct ib_outcome *);

#endif
