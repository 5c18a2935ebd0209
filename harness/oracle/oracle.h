/* The oracle: an independent trainer for the same models, in plain loops that share no code with the
 * operations or the implementations. Answers are compared with its f64 trajectory. Its deviation from that
 * in another precision or order of summation shows how much drift rounding alone can cause. */
#ifndef IB_ORACLE_ORACLE_H
#define IB_ORACLE_ORACLE_H

#include "base/npy.h"
#include "core/curve.h"
#include "core/products.h"
#include "core/training_spec.h"
#include "oracle/sketch.h"

/* The oracle's arithmetic. */
struct ib_arithmetic {
    enum ib_dtype type;        /* of all numbers; x, y and params are rounded to it */
    enum ib_products products; /* of f32: what its factors are rounded to, as on tensor cores */
    bool reversed;   /* sum rows and features from last to first: the same sums with different rounding */
    unsigned jitter; /* displace the terms of all sums at random, by the rounding of a plain sum of them: the
                        seed; 0: do not */
};

/* The arithmetic of the n-th drift trajectory, from 0: in the answer's type, and always rounding somewhere,
 * even where the truth is exact or its errors cancel. */
struct ib_arithmetic ib_drift_arithmetic(enum ib_dtype, enum ib_products products, unsigned n);

struct ib_oracle_problem {
    struct ib_training_spec spec; /* its dtype is that of the answer, not of the arithmetic */
    struct ib_arithmetic arithmetic;
    const double *x, *y;        /* rows x width[0], rows x outputs; standardised if the model requires it */
    const float *x_f32, *y_f32; /* used instead for f32 data, which is too large to convert; else NULL */
    const double *params;       /* initial parameters, ib_network_size elements */
    const uint32_t *order;      /* of the rows, with mini-batches: core/batches.h */
    uint64_t at_step;           /* of ib_oracle_step, with mini-batches: the number of the step, from 1 */
    uint64_t epochs;
    uint64_t budget_ns; /* 0: none. The epoch that exceeds it is the last; none is run if the first would */
};

/* Sets the rows of a problem from mapped arrays, which must stay open. */
void ib_oracle_use_rows(struct ib_oracle_problem *, const struct ib_npy *x, const struct ib_npy *y);

struct ib_trajectory {
    uint64_t epochs;       /* completed; fewer than requested, or none, if the budget ran out */
    struct ib_curve curve; /* losses of the epochs of ib_checks_epoch, and of the last epoch completed */
    double *params;        /* after `epochs` epochs; ib_network_size elements */
    uint64_t size;
};

/* Trains. Of mini-batches, the loss of an epoch is the mean of those of its steps, weighted by their rows.
 * IB_OK even if the training diverges: the curve then contains infinities and NaN. */
enum ib_status ib_oracle_train(const struct ib_oracle_problem *, struct ib_trajectory *out);
void ib_trajectory_free(struct ib_trajectory *);

/* Computes a single step from problem->params, for problems too large for more: the mean loss and the
 * sketch of the gradient (ib_sketch_size elements), without weight decay. About 3/5 of the work of an epoch.
 * lr, optimizer, epochs and budget are ignored. Of mini-batches, the rows are those of step at_step. */
enum ib_status ib_oracle_step(const struct ib_oracle_problem *, double *loss, double *sketch);

/* The functions below compute in f64 unless noted, and return NaN when out of memory. */

/* Writes the output for x (rows x width[0]) to out (rows x outputs), after the sigmoid of IB_BCE or the
 * softmax of IB_CE. */
void ib_oracle_predict(const struct ib_network *, const double *params, uint64_t rows, const double *x,
                       double *out);
/* The same in the arithmetic of a drift trajectory, to estimate the effect of rounding on predictions. */
void ib_oracle_predict_rounded(const struct ib_network *, const double *params, enum ib_dtype,
                               enum ib_products products, uint64_t rows, const double *x, double *out);
/* Returns the mean loss over the rows. */
double ib_oracle_loss(const struct ib_network *, const double *params, uint64_t rows, const double *x,
                      const double *y);
/* The same for problem->params, for rows of either type. */
double ib_oracle_problem_loss(const struct ib_oracle_problem *);
/* Returns the mean loss over the rows and writes its gradient (ib_network_size elements). */
double ib_oracle_gradient(const struct ib_network *, const double *params, uint64_t rows, const double *x,
                          const double *y, double *gradient);

#endif
