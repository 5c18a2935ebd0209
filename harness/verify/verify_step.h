/* Checks single steps of an answer, each from the answer's own parameters: to the precision of one update,
 * wherever it is in the training, and for problems too large for the oracle to train to the end. */
#ifndef IB_VERIFY_VERIFY_STEP_H
#define IB_VERIFY_VERIFY_STEP_H

#include "oracle/oracle.h"
#include "verify/verify_update.h"

/* The oracle's loss and gradient at some parameters. */
struct ib_sketched {
    double loss;
    const double *gradient; /* its sketch: sketch.h */
};

/* One step, from the answer's state before it to that after it (train/training_state.h). Without mini-batches
 * it is an epoch. */
struct ib_step {
    uint64_t number;          /* in the training, from 1 */
    const double *from, *to;  /* ib_state_total elements, as the implementation had them */
    double loss;              /* that the implementation reported for the step */
    double first_loss;        /* the oracle's at the start: losses far below it are rounding; 0: unknown */
    double first_gradient;    /* likewise the magnitude of its gradient (ib_step_magnitude) */
    struct ib_sketched truth; /* at the parameters of `from`, in f64 */
    struct ib_sketched drift; /* the same by ib_drift_arithmetic */
};

struct ib_step_result {
    double loss_error;   /* relative; NaN if the type cannot hold the loss */
    double update_error; /* the largest error of a layer's update, relative to that update */
    bool judged;         /* false: too large numbers or rounding errors to tell these from mistakes */
    bool wrong;          /* any of the following: */
    bool doubtful;       /* if wrong: it could be that of a ReLU at zero; see ib_verify */
    bool loss_wrong, param_wrong[IB_MAX_PARAMS];
    struct ib_update_result rule; /* what does not follow from the answer's own gradient */
    uint64_t worst_row[IB_MAX_LAYERS], worst_column[IB_MAX_LAYERS]; /* of each layer's weights, from 0 */
};

/* Compares, with ib_step_tolerance:
 *
 * - the loss, relative to the oracle's;
 * - for each layer, the sketch of the gradient that the update was made from (verify_update.h) with the
 *   oracle's, relative to the largest element of a part, after subtracting the effect of rounding the state,
 *   which no implementation can avoid;
 * - what follows from that gradient by the optimiser's rule.
 *
 * IB_ENOMEM. */
enum ib_status ib_step_check(const struct ib_training_spec *, enum ib_products products,
                             const struct ib_step *, struct ib_step_result *out);

/* The magnitude of a gradient's elements, from its sketch. */
double ib_step_magnitude(const struct ib_network *, const double *sketch);

/* Computes the sketch (ib_sketch_size elements) of a step's gradient (verify_update.h). The caller frees it.
 * IB_ENOMEM. */
enum ib_status ib_step_sketch(const struct ib_training_spec *, const struct ib_step *, double **out);

#endif
