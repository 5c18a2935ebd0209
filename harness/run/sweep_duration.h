/* Estimates the duration of a sweep from the epoch times of earlier runs, or from an assumed speed. */
#ifndef IB_RUN_SWEEP_DURATION_H
#define IB_RUN_SWEEP_DURATION_H

#include "config/matrix.h"

/* Without a measurement, the time of an epoch is its additions and multiplications at this rate, about that
 * of plain loops on one core, and at least IB_ASSUMED_LEAST_NS. */
#define IB_ASSUMED_FLOPS_PER_S 1e9
#define IB_ASSUMED_LEAST_NS    1000

struct ib_estimate {
    double checked_ns, oracle_ns, timed_ns, process_ns; /* of all cases; timed: if none stops early */
    double stops_ns;             /* trainings of other algorithms up to target losses; a rough estimate */
    size_t n_earlier, n_assumed; /* cases by the source of their epoch time; others are unavailable */
    struct ib_case_estimate {
        double epoch_ns; /* NaN: unavailable, takes no time */
        double total_ns; /* all its passes, without the oracle */
        double pass_ns;  /* its longest wait for an answer, which measure.timeout limits */
        bool earlier;    /* measured by an earlier run */
    } * cases;
};

/* Additions and multiplications of one epoch: forward, gradients, update. */
double ib_estimate_flops(const struct ib_training_spec *);

/* The passes of one case, as if it were available, without the oracle and without trainings up to target
 * losses; and the oracle's work for n cases, of which those with the same training are adjacent. Neither
 * depends on this machine. */
double ib_estimate_case_ns(const struct ib_measure *, const struct ib_case *, double earlier_ns);
double ib_estimate_oracle_ns(const struct ib_measure *, const struct ib_case *cases, size_t n);

/* Estimates all cases, in the arena. earlier_ns: from ib_run_history_epochs. */
void ib_estimate(const struct ib_measure *, const struct ib_matrix *, const double *earlier_ns,
                 struct ib_arena *, struct ib_estimate *out);

#endif
