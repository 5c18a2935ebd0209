/* The timed passes of a case, one a round, which must repeat the answer of its checked pass. */
#ifndef IB_RUN_PASS_TIMED_H
#define IB_RUN_PASS_TIMED_H

#include "run/pass_context.h"

/* Is the answer that of the checked pass: to the bit where the implementation says that it is deterministic,
 * else within the tolerance of its type? false sets the outcome to untrusted. */
bool ib_pass_repeats(const struct ib_case *, const struct ib_final *checked, const struct ib_final *answer,
                     struct ib_outcome *);
/* Times one round and compares its answer with that of the checked pass. */
void ib_pass_timed(const struct ib_pass_context *, const struct ib_case *, uint64_t round,
                   const struct ib_final *checked, struct ib_arena *, struct ib_timed_pass *out);

/* A timed pass in parts: one process, trained in slices. */
struct ib_timing {
    const struct ib_pass_context *context;
    const struct ib_case *c;
    const struct ib_final *checked;
    struct ib_arena *arena;
    struct ib_timed_pass *out;
    double slices[IB_MOST_SLICES]; /* of *out */
    struct ib_job job;
    struct ib_worker_process *worker;
    struct ib_outcome outcome;
    bool ok;                            /* it can go on */
    uint64_t trained_ns, thread_cpu_ns; /* of all slices */
    size_t disturbed;                   /* slices */
    bool cpu_unknown;                   /* no thread's time can be told */
};

/* Starts the process. What *out holds is complete when it was closed. Nothing may move while it is open. */
void ib_timing_open(const struct ib_pass_context *, const struct ib_case *, uint64_t round,
                    const struct ib_final *checked, struct ib_arena *, struct ib_timing *,
                    struct ib_timed_pass *out);
/* Trainings until this much has been timed; at most IB_MOST_SLICES times. */
void ib_timing_slice(struct ib_timing *, uint64_t min_time_ns);
/* Two that are compared, slice by slice and by turns, until each has timed min_time_ns: what disturbs the
 * machine for longer than a few milliseconds disturbs both. `first` (0, 1) begins. Duet benchmarking (Bulej
 * et al., 2020) does so at the same time, on two processors. */
void ib_timings_alternate(struct ib_timing timings[2], uint64_t first, uint64_t min_time_ns);
void ib_timing_close(struct ib_timing *);

#endif
