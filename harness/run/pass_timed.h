/* The timed passes of a case, one per round, which must repeat the answer of its checked pass. */
#ifndef IB_RUN_PASS_TIMED_H
#define IB_RUN_PASS_TIMED_H

#include "run/timing.h"

/* Times one round of a variant of the case's problem (run/unseen.h) and verifies its answer: by the checked
 * pass, or by the oracle if it was unseen. */
void ib_pass_timed(const struct ib_pass_context *, const struct ib_case *, uint64_t round, uint64_t variant,
                   const struct ib_final *checked, struct ib_arena *, struct ib_timed_pass *out);

/* Starts the process. *out is complete after ib_timing_close; the structs must not move until then. */
void ib_timing_open(const struct ib_pass_context *, const struct ib_case *, uint64_t round, uint64_t variant,
                    const struct ib_final *checked, struct ib_arena *, struct ib_timing *,
                    struct ib_timed_pass *out);
/* Trains until this much has been timed; call at most IB_MOST_SLICES times. */
void ib_timing_slice(struct ib_timing *, uint64_t min_time_ns);
/* Times two passes in alternating slices until each has timed min_time_ns, so that disturbances longer than a
 * few milliseconds affect both. `first` (0 or 1) begins. Duet benchmarking (Bulej et al., 2020) runs both at
 * the same time, on two CPUs. */
void ib_timings_alternate(struct ib_timing timings[2], uint64_t first, uint64_t min_time_ns);
void ib_timing_close(struct ib_timing *);

#endif
