/* Time to accuracy: how long the trainings of one problem take to come down to a loss. Set-up is left out. */
#ifndef IB_TIME_TO_H
#define IB_TIME_TO_H

#include "base/arena.h"

#include <jansson.h>
#include <stdbool.h>

/* The losses asked for: where the reference has made so much of its improvement, from its first loss to its
 * lowest. The last stands for its end. */
enum { IB_TARGET_COUNT = 3 };
extern const double ib_target_shares[IB_TARGET_COUNT]; /* 0.9 0.99 0.999 */

/* NaN: the loss is never reached; in the seconds also: the time is not known. Of the losses that were read,
 * the first that is low enough counts: in long trainings up to a thousandth of the epochs late. */
struct ib_time_to {
    double epoch;
    double seconds;
    double low, high; /* from the interval of the time per epoch; NaN where the algorithm is another */
};

struct ib_racer {
    const json_t *record; /* the case */
    bool ranked;
    struct ib_time_to at[IB_TARGET_COUNT];
};

/* One problem: its reference is the first case that is right and trains by the contract's own algorithm. */
struct ib_race {
    const char *problem;
    const json_t *reference;
    double first, lowest; /* loss of the reference */
    double loss[IB_TARGET_COUNT];
    struct ib_racer *racers; /* those with a curve; ranked ones first, by the time to the last loss */
    size_t n, n_ranked;
};

/* Of each problem that has a reference whose loss goes down, in the order of the plan. Returns how many.
 *
 * The time of an epoch is its number times the median time of an epoch, as all trainings of a problem take
 * the same steps; a curve that has seconds of its own, that of another algorithm, is taken at its word. */
size_t ib_races(struct ib_arena *, const json_t *cases, struct ib_race **out);

/* A racer as the record's `time_to`. */
json_t *ib_time_to_json(const struct ib_race *, const struct ib_racer *);

#endif
