/* Mirrored problems: some features, and outputs with a squared error, change their sign, in the data and in
 * the weights that meet them. Every product and sum of a training keeps its magnitude, so its final
 * parameters are those of the original with the same signs, bit by bit, in any order of summation. To an
 * implementation it is another problem, of the same size and course, whose answer is known. */
#ifndef IB_CORE_MIRROR_H
#define IB_CORE_MIRROR_H

#include "core/network.h"

struct ib_mirror {
    const struct ib_network *net;
    double *feature, *output; /* 1 or -1; width[0] and outputs */
};

/* Starts with no signs changed. The network must outlive the mirror, which is closed even on failure.
 * IB_ENOMEM. */
enum ib_status ib_mirror_open(const struct ib_network *, struct ib_mirror *out);
void ib_mirror_close(struct ib_mirror *);

/* Draws signs from a seed; 0: none are changed. Outputs keep theirs if the loss is not a squared error, and
 * features unless `features`. */
void ib_mirror_draw(struct ib_mirror *, uint64_t seed, bool features);

/* Change signs in place, of arrays of a type: features (x, x_test), outputs (y, predictions), parameter p.
 * Twice is nothing. */
void ib_mirror_features(const struct ib_mirror *, enum ib_dtype, uint64_t rows, void *x);
void ib_mirror_outputs(const struct ib_mirror *, enum ib_dtype, uint64_t rows, void *y);
void ib_mirror_param(const struct ib_mirror *, enum ib_dtype, uint32_t p, void *values);
/* All parameters, as f64, one after the other. */
void ib_mirror_params(const struct ib_mirror *, double *params);

#endif
