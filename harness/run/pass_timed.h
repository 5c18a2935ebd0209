/* The timed passes of a case, one per round, which must repeat the answer of its checked pass. */
#ifndef IB_RUN_PASS_TIMED_H
#define IB_RUN_PASS_TIMED_H

#include "run/time_proof.h"

/* The largest difference relative to the largest value of `was`; 0 only for equal bits. Two NaN in the same
 * place count as equal, since a diverging training must be repeatable as well. */
double ib_difference(const double *is, const double *was, uint64_t n);
/* Whether the answer repeats that of the checked pass: bit by bit if the implementation is declared
 * deterministic, else within the tolerance of its type. false sets the outcome to untrusted. */
bool ib_pass_repeats(const struct ib_case *, const struct ib_final *checked, const struct ib_final *answer,
                     struct ib_outcome *);
/* Times one round and compares its answer with that of the checked pass. */
void ib_pass_timed(const struct ib_pass_context *, const struct ib_case *, uint64_t round,
                   const struct ib_final *checked, struct ib_arena *, struct ib_timed_pass *out);

/* A timed pass in slices: one process that trains several times. */
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
    struct ib_time_proof proof;
    bool ok;                            /* no failure so far */
    uint64_t trained_ns, thread_cpu_ns; /* of all slices */
    size_t disturbed;                   /* number of disturbed slices */
    bool cpu_unknown;                   /* the CPU time of the training thread is unknown */
};

/* Starts the process. *out is complete after ib_timing_close; the structs must not move until then. */
void ib_timing_open(const struct ib_pass_context *, const struct ib_case *, uint64_t round,
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
