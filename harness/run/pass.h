/* One pass of one case in one worker: the checked pass, which earns a verdict, and others, which must repeat
 * its answer. Nothing here stores or prints. */
#ifndef IB_RUN_PASS_H
#define IB_RUN_PASS_H

#include "config/config.h"
#include "parent/worker_process.h"
#include "run/oracle_cache.h"
#include "store/store.h"

/* What all passes of a run share. */
struct ib_pass_context {
    const struct ib_measure *measure;
    struct ib_workspace *work;
    struct ib_oracle_cache *oracle_cache;
    const char *hyperfine;    /* its version; NULL: not installed, or not asked for */
    const char *program;      /* whose workers do the work; NULL: this one's */
    ib_progress_fn *progress; /* called for logged epochs of checked passes; may be NULL */
    void *progress_context;
};

/* What a pass returned; memory belongs to an arena. */
struct ib_arrays {
    struct ib_curve curve;
    const double *seconds; /* since the training began, of each loss; NULL: not given */
    struct ib_final final;
};

/* Trains once with losses read, compares with the oracle, computes the metrics. Everything in *out lives in
 * the arena. */
void ib_pass_checked(const struct ib_pass_context *, const struct ib_case *, struct ib_arena *,
                     struct ib_checked_pass *out);

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

/* One run of the whole process, from its start to its exit, timed by hyperfine; its answer must be that of
 * the checked pass. Before the first, `warmup` runs that are not looked at. */
void ib_pass_process(const struct ib_pass_context *, const struct ib_case *, uint64_t run, uint64_t warmup,
                     const struct ib_final *checked, struct ib_arena *, struct ib_process_pass *out);

/* Searches, in one process, for the iterations after which another algorithm (a external program) comes down
 * to each of the losses; `curve` is what it says of itself. Losses are those of the parameters that it
 * returns, which must explain its predictions. */
void ib_pass_search(const struct ib_pass_context *, const struct ib_case *, const struct ib_curve *curve,
                    const double losses[IB_LOSS_TARGET_COUNT], struct ib_arena *, struct ib_search_pass *out);
/* One round: trains, in one process, up to each of its stops, timed like any training, and looks again
 * whether what comes back is down there. */
void ib_pass_stops(const struct ib_pass_context *, const struct ib_case *, uint64_t round,
                   const struct ib_stop stops[IB_LOSS_TARGET_COUNT], struct ib_arena *,
                   struct ib_stops_pass *out);

/* ---- shared by them ---- */

/* A worker, or a external program, with the problem in place, watched by a tracer or not. *worker is NULL, or
 * must be ended, also on failure. */
bool ib_pass_open(const struct ib_pass_context *, const struct ib_case *, bool watched, struct ib_job *,
                  struct ib_worker_process **worker, struct ib_outcome *);
bool ib_pass_train(const struct ib_pass_context *, const struct ib_case *, struct ib_worker_process *,
                   const struct ib_train_request *, struct ib_pass_result *out, struct ib_outcome *);
/* Reads what the pass left in `folder`, and removes it. */
bool ib_pass_load(const struct ib_job *, const char *folder, bool with_curve, struct ib_arena *,
                  struct ib_arrays *out, struct ib_outcome *);
/* Is the answer that of the checked pass: to the bit where the implementation says that it is deterministic,
 * else within the tolerance of its type? false sets the outcome to untrusted. */
bool ib_pass_repeats(const struct ib_case *, const struct ib_final *checked, const struct ib_final *answer,
                     struct ib_outcome *);
/* Did a training of all epochs, of which the loss of `reads` was read, copy what the transfer model says?
 * false sets the outcome to untrusted. Not of external programs, whose copies nobody counts. */
bool ib_pass_copies_as_expected(const struct ib_case *, const struct ib_pass_result *, uint64_t reads,
                                struct ib_outcome *);
/* Does the count of the driver or a tracer, where there is one, agree with the transfer log? false sets the
 * outcome to untrusted. */
bool ib_pass_tracer_agrees(const struct ib_pass_result *, struct ib_outcome *);

#endif
