/* A pass of an external program (impls/PROTOCOL.md): it trains when it is told to, and the clock is the
 * parent's. */
#ifndef IB_RUN_EXTERNAL_PASS_H
#define IB_RUN_EXTERNAL_PASS_H

#include "run/pass_context.h"

/* Trains as the request says: once in a checked pass; in a timed one after `warmup` trainings again and again
 * until min_time has been timed. request->out then holds the arrays of the last. What only a worker can say
 * (transfer log, tracer, path, processor time) stays unknown: out->external. */
bool ib_external_train(const struct ib_pass_context *, struct ib_worker_process *,
                       const struct ib_train_request *, struct ib_pass_result *out, struct ib_outcome *);

/* Trains once for its answer alone, which lies in request->out: nothing is timed, and no time is judged. */
bool ib_external_try(const struct ib_pass_context *, struct ib_worker_process *,
                     const struct ib_train_request *, struct ib_outcome *);

/* Settles the losses of a checked pass: there must be those of the first epochs and the last, which the
 * verdict needs, and what is more than a chart can show is left out. Another algorithm needs seconds instead.
 * In the arena. */
bool ib_external_curve(const struct ib_case *, uint64_t epochs, struct ib_arena *, struct ib_arrays *,
                       struct ib_outcome *);

#endif
