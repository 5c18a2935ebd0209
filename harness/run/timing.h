/* The state of a timed pass. */
#ifndef IB_RUN_TIMING_H
#define IB_RUN_TIMING_H

#include "run/time_proof.h"

/* A timed pass in slices: one process that trains several times. */
struct ib_timing {
    struct ib_pass_context own; /* the caller's, with */
    struct ib_mirrored_problem mirrored;
    const struct ib_pass_context *context; /* own */
    const struct ib_case *c;
    uint64_t variant; /* of its problem: run/unseen.h */
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

#endif
