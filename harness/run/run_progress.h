/* The progress of a sweep, as it is told while it runs. */
#ifndef IB_RUN_RUN_PROGRESS_H
#define IB_RUN_RUN_PROGRESS_H

#include "core/case.h"

/* The purpose of a pass. */
enum ib_stage { IB_STAGE_CHECK, IB_STAGE_TIME, IB_STAGE_SEARCH, IB_STAGE_STOPS, IB_STAGE_PROCESS };

/* A pass that begins, or has just ended, and how far its case is. */
struct ib_run_progress {
    const struct ib_case *c;
    enum ib_stage stage;
    uint64_t round;       /* from 1, for passes in rounds; else 0 */
    bool ended;           /* the pass, not yet counted in `done` */
    uint64_t done, total; /* passes; more than these are never needed */
    uint64_t rounds;      /* of the case, that were timed so far */
    double epoch_ns;      /* the median of its undisturbed samples; NaN: none */
    double half_interval; /* half the interval of this median, as a share of it; NaN: too few samples */
    bool precise, failed; /* the case needs no more rounds, or gets none */
};

/* Called before each pass, and by ib_run also after it. */
typedef void ib_run_progress_fn(void *context, const struct ib_run_progress *);

#endif
