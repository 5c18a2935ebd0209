/* The comparison of predictions with those of the parameters that they come from. */
#ifndef IB_VERIFY_PREDICTION_FIT_H
#define IB_VERIFY_PREDICTION_FIT_H

#include "core/training_spec.h"

struct ib_prediction_fit {
    bool judged; /* false: the training has diverged, so that predictions cannot be compared */
    bool wrong;
    double error;    /* relative to the largest prediction; NaN unless judged */
    uint64_t where;  /* of the largest error */
    double expected; /* there */
};

/* Compares predictions (test_rows x outputs) with those that the oracle computes from the parameters. There
 * is no drift: in f32, the error of the oracle's f32 arithmetic on the same parameters takes its place.
 * IB_ENOMEM.
 */
enum ib_status ib_prediction_fit(const struct ib_training_spec *, bool tf32, const double *params,
                                 const double *x_test, const double *predictions,
                                 struct ib_prediction_fit *out);

#endif
