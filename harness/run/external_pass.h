/* A pass of an external program (impls/PROTOCOL.md), timed by the parent's clock. */
#ifndef IB_RUN_EXTERNAL_PASS_H
#define IB_RUN_EXTERNAL_PASS_H

#include "run/pass_context.h"

/* Trains as requested: once in a checked pass; in a timed one, after `warmup` trainings, repeatedly until
 * min_time has been timed. request->out then contains the arrays of the last training. What only a worker can
 * report (transfer log, tracer, path, CPU time) stays unknown: out->external is set. */
bool ib_external_train(const struct ib_pass_context *, struct ib_worker_process *,
                       const struct ib_train_request *, struct ib_pass_result *out, struct ib_outcome *);

/* Trains once, only for the answer in request->out, without timing. */
bool ib_external_try(const struct ib_pass_context *, struct ib_worker_process *,
                     const struct ib_train_request *, struct ib_outcome *);

/* Checks and thins the losses of a checked pass: the first and last epochs, which the verdict needs, must be
 * there, and losses that neither verdict nor chart needs are dropped. Another algorithm must report seconds
 * instead. Allocates in the arena. */
bool ib_external_curve(const struct ib_case *, uint64_t epochs, struct ib_arena *, struct ib_arrays *,
                       struct ib_outcome *);

#endif
