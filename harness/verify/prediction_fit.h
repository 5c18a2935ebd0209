/* The comparison of predictions with those of the parameters that they come from. */
#ifndef IB_VERIFY_PREDICTION_FIT_H
#define IB_VERIFY_PREDICTION_FIT_H

#include "core/products.h"
#include "core/training_spec.h"

struct ib_prediction_fit {
    bool judged; /* false: the training has diverged, or the parameters predict the same for every row, which
                    shows little if it is right */
    bool wrong;
    double error;    /* relative to the largest prediction; NaN unless judged */
    uint64_t where;  /* of the largest error */
    double expected; /* there */
};

/* Compares predictions (test_rows x outputs) with those that the oracle computes from the parameters. Their
 * drift is that of the oracle's own rounding from the same parameters. IB_ENOMEM. */
enum ib_status ib_prediction_fit(const struct ib_training_spec *, enum ib_products products,
                                 const double *params, const double *x_test, const double *predictions,
                                 struct ib_prediction_fit *out);
/* Whether predictions (test_rows x outputs) match those of the parameters for x_test, whose products are
 * in full precision; also true
 * if the numbers are too large to compare. *error is the largest relative error; NaN if nothing was compared,
 * or out of memory, which returns false. */
bool ib_predictions_fit(const struct ib_training_spec *, const double *params, const double *x_test,
                        const double *predictions, double *error);

#endif
