/* What an interrupted run already holds, so that it can continue and repeat nothing. */
#ifndef IB_STORE_RESUME_H
#define IB_STORE_RESUME_H

#include "config/sweep.h"
#include "store/store.h"

/* Finds the newest folder in `runs` whose name begins with "NAME-" and whose run has this configuration and
 * is this shard; *out is in the sweep's arena. IB_EINVAL: there is none. */
enum ib_status ib_resume_find(struct ib_sweep *, const char *runs, const char **out);

/* Checks that the run in DIR can continue with this sweep, which as a shard is narrowed to the run's cases.
 * IB_EINVAL names the difference: the first changed line of the configuration, another shard, or a case that
 * is new or gone (its data or its options changed); or the run was merged. *out: the run and its cases; none
 * if it was killed before they were written. To be freed, if this succeeds. */
enum ib_status ib_resume_check(const char *dir, struct ib_sweep *, struct ib_run_record *out);

/* The progress of a case. */
struct ib_case_progress {
    bool ended;             /* nothing is left to do: unavailable, or a pass failed */
    bool right;             /* the checked pass's verdict is ok */
    bool checked, searched; /* searched: for the stops of another algorithm */
    bool counted;           /* a tracer counted the copies of the checked pass */
    uint64_t rounds, process_runs,
        stop_rounds; /* done: timed rounds, runs of the whole process, rounds of stops */
    struct ib_stop_record stops[IB_LOSS_TARGET_COUNT]; /* their reasons may be NULL */
    const double *samples; /* times per epoch, undisturbed ones only; in the arena */
    size_t n_samples;
    uint64_t retries; /* rounds that were timed once more */
};

/* The progress of each of n cases, in order, in the run that the store has opened. */
enum ib_status ib_resume_load(struct ib_store *, const struct ib_case *cases, size_t n, struct ib_arena *,
                              struct ib_case_progress *out);

#endif
