/* Time to loss of another algorithm: the iterations it needs to reach given losses, and trainings that stop
 * there. */
#ifndef IB_RUN_PASS_TIME_TO_LOSS_H
#define IB_RUN_PASS_TIME_TO_LOSS_H

#include "run/pass_context.h"

/* Searches, in one process, for the iterations after which another algorithm (an external program) reaches
 * each of the losses. curve: the losses it reported. The loss is computed from the parameters that it
 * returns, which must match its predictions. */
void ib_pass_search(const struct ib_pass_context *, const struct ib_case *, const struct ib_curve *curve,
                    const double losses[IB_LOSS_TARGET_COUNT], struct ib_arena *, struct ib_search_pass *out);
/* Runs one round: trains, in one process, up to each of its stops, timed like any training, and checks again
 * that the losses are reached. */
void ib_pass_stops(const struct ib_pass_context *, const struct ib_case *, uint64_t round,
                   const struct ib_stop_record stops[IB_LOSS_TARGET_COUNT], struct ib_arena *,
                   struct ib_stops_pass *out);

#endif
