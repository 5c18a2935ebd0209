/* How long a sweep will take: from the epoch times of earlier runs, and where there is none from an
 * assumption. */
#ifndef IB_RUN_ESTIMATE_H
#define IB_RUN_ESTIMATE_H

#include "config/matrix.h"

/* Where nothing was measured, an epoch takes its multiplications and additions at this rate, and no less than
 * the shortest epoch. Plain loops on one core of a usual machine do about so much. */
#define IB_ASSUMED_FLOPS_PER_S 1e9
#define IB_ASSUMED_LEAST_NS    1000

struct ib_estimate {
    double checked_ns, oracle_ns, timed_ns, process_ns; /* of all cases; timed: when none stops early */
    double stops_ns; /* of other algorithms down to losses: roughly, as nobody knows when they are there */
    size_t n_earlier, n_assumed; /* cases by what their epochs were taken from; others are unavailable */
    struct ib_case_estimate {
        double epoch_ns; /* NaN: unavailable, takes no time */
        double total_ns; /* all its passes; the oracle is not its own */
        bool earlier;    /* measured by an earlier run */
    } * cases;
};

/* Additions and multiplications of one epoch: forward, gradients, update. */
double ib_estimate_flops(const struct ib_training_spec *);

/* `earlier_ns` is what ib_run_history_epochs found. Stored in the arena. */
void ib_estimate(const struct ib_measure *, const struct ib_matrix *, const double *earlier_ns,
                 struct ib_arena *, struct ib_estimate *out);

#endif
