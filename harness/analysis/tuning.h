/* Sweeps: the settings, such as learning rates, widths and seeds, with which one model was trained on one
 * data set, and which of them are best. */
#ifndef IB_ANALYSIS_TUNING_H
#define IB_ANALYSIS_TUNING_H

#include "base/arena.h"
#include "store/run_record.h"

enum { IB_TUNING_LEAST = 3 }; /* problems; fewer are not a sweep */

/* An axis of which a sweep has several values. */
struct ib_tuning_axis {
    enum ib_axis_kind kind;
    const char **values; /* as in a record; numbers ascending, others in the order of the plan */
    size_t n;
};

/* The best settings for one implementation; NULL: none of its cases qualifies. */
struct ib_tuning_best {
    const char *name;                      /* implementation, options, residency */
    const struct ib_case_record *by_score; /* by the metric on test rows, of verified cases */
    const struct ib_case_record *by_time;  /* by the time until the target loss, of ranked cases, */
    double seconds;                        /* which takes this long */
    size_t n, n_diverged;                  /* cases; verified ones whose training diverges */
};

/* The cases of one model, loss, data set and type. */
struct ib_tuning {
    const struct ib_case_record **cases; /* in the order of the plan */
    size_t n, capacity;
    size_t n_problems;
    struct ib_tuning_axis axes[IB_AXIS_COUNT]; /* first those that matter most: the rate, the layers */
    size_t n_axes;
    enum ib_metric_index metric;
    double
        target; /* the training loss at which the lowest training has made 99 % of its improvement, or NaN */
    struct ib_tuning_best *bests; /* one per implementation, in the order of the plan */
    size_t n_bests, bests_capacity;
};

/* Finds the sweeps of a run, in the order of their first cases; returns how many. All memory is in the arena.
 */
size_t ib_tunings(struct ib_arena *, const struct ib_run_record *, struct ib_tuning **out);

/* The seconds that a case takes to the target; NaN: it is not ranked or does not reach it. */
double ib_tuning_seconds(const struct ib_tuning *, const struct ib_case_record *);

/* Whether a case has a value that counts for the metric: it is verified, and its training does not diverge.
 */
bool ib_tuning_scores(const struct ib_tuning *, const struct ib_case_record *);

/* The index of a case's value on an axis. */
size_t ib_tuning_place(const struct ib_tuning_axis *, const struct ib_case_record *);

#endif
