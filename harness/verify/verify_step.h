/* One epoch of an answer, checked by itself: for problems so large that the oracle cannot train as far. */
#ifndef IB_VERIFY_VERIFY_STEP_H
#define IB_VERIFY_VERIFY_STEP_H

#include "oracle/oracle.h"

/* Where the oracle stands at some parameters. */
struct ib_sketched {
    double loss;
    const double *gradient; /* its sketch: sketch.h */
};

/* An epoch from parameters that the answer had to those that it made of them. */
struct ib_step {
    uint64_t epoch;           /* its number in the training */
    const double *from;       /* ib_network_size elements, as the implementation had them */
    const double *to;         /* as many */
    double loss;              /* that the implementation gave for the epoch */
    struct ib_sketched truth; /* at `from`, in f64 */
    struct ib_sketched drift; /* the same in the answer's type; for f64 reversed */
};

struct ib_step_result {
    double loss_error;   /* relative */
    double update_error; /* the largest error of a layer's update, relative to that update */
    bool judged; /* false: where it starts from is too large for arithmetic to be told from mistakes */
    bool wrong;  /* in any of these: */
    bool loss_wrong, param_wrong[IB_MAX_PARAMS];
    uint64_t worst_row[IB_MAX_LAYERS], worst_column[IB_MAX_LAYERS]; /* of each layer's weights, from 0 */
};

/* Compares, with ib_tolerance_with:
 *
 * - the loss, relative to the oracle's;
 * - of each layer, the sketch of (from - to) / lr with the oracle's, relative to the largest element of a
 *   part; what half a digit of the parameters makes of it, which any implementation must lose, is taken off.
 *
 * IB_ENOMEM. */
enum ib_status ib_step_check(const struct ib_training_spec *, bool tf32, const struct ib_step *,
                             struct ib_step_result *out);

/* The sketch (ib_sketch_size elements) of the gradient that a step shows: of (from - to) / lr. The caller
 * frees it. IB_ENOMEM. */
enum ib_status ib_step_sketch(const struct ib_training_spec *, const struct ib_step *, double **out);

#endif
