/* What an answer's state before and after a step (train/training_state.h) says of its update: the gradient
 * that it was made from, and whether the rest follows from that by the optimiser's rule. */
#ifndef IB_VERIFY_VERIFY_UPDATE_H
#define IB_VERIFY_VERIFY_UPDATE_H

#include "train/training_state.h"

/* Computes the gradient (ib_network_size elements), without weight decay, from how the optimiser's first
 * moment has changed; without one, from how the parameters have. */
void ib_update_gradient(const struct ib_training_spec *, const double *from, const double *to,
                        double *gradient);
/* The magnitude of the numbers that element i of it is the difference of: each is rounded. */
double ib_update_magnitude(const struct ib_training_spec *, const double *from, const double *to, uint64_t i);

struct ib_update_result {
    bool wrong;
    uint32_t array; /* of the state: the first that is wrong, */
    uint64_t index; /* and its first wrong element */
    double got, expected;
};

/* Compares parameters, moments and the number of steps after step `number` with those that follow from that
 * gradient by the optimiser's rule, or by a mistake in it (NULL: none), up to rounding. A gradient itself is
 * not judged, so nothing is where the optimiser keeps nothing. IB_ENOMEM. */
enum ib_status ib_update_check(const struct ib_training_spec *, uint64_t number, const double *from,
                               const double *to, const struct ib_op_mutant *, struct ib_update_result *out);

#endif
