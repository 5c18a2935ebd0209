/* The oracle: the same models trained a few samples at a time, in plain loops that share nothing with the
 * operations or the implementations. Its f64 trajectory is the truth that answers are compared with; run in
 * another precision or row order, its distance from that truth says how far honest rounding may carry an
 * answer. */
#ifndef IB_ORACLE_ORACLE_H
#define IB_ORACLE_ORACLE_H

#include "base/npy.h"
#include "core/curve.h"
#include "core/training_spec.h"
#include "oracle/sketch.h"

/* How the oracle computes. */
struct ib_arithmetic {
    enum ib_dtype type; /* of all numbers; x, y and params are rounded to it */
    bool tf32;          /* f32 whose products keep 10 bits of mantissa of each factor, as on tensor cores */
    bool reversed;      /* add up rows and features from last to first: the same sums, rounded otherwise */
};

struct ib_oracle_problem {
    struct ib_training_spec spec; /* its type is that of the answer, not of the arithmetic */
    struct ib_arithmetic arithmetic;
    const double *x, *y;        /* rows x width[0], rows x outputs: standardised where the model says so */
    const float *x_f32, *y_f32; /* in their place, for data too large to be widened in memory; NULL: not */
    const double *params;       /* the start, ib_network_size elements */
    uint64_t epochs;
    uint64_t
        budget_ns; /* 0: none. Stops after the epoch that passes it, and before the first if that would */
};

/* The rows of a problem from mapped arrays, which must stay open. */
void ib_oracle_use_rows(struct ib_oracle_problem *, const struct ib_npy *x, const struct ib_npy *y);

struct ib_trajectory {
    uint64_t epochs;       /* how many were done; fewer than asked, or none, when the budget ran out */
    struct ib_curve curve; /* losses by ib_checks_epoch, for the epochs asked for, and of the last one done */
    double *params;        /* after `epochs` epochs; ib_network_size elements */
    uint64_t size;
};

/* IB_OK also when the training diverges: infinities and NaN are in the curve. */
enum ib_status ib_oracle_train(const struct ib_oracle_problem *, struct ib_trajectory *out);
void ib_trajectory_free(struct ib_trajectory *);

/* A single step from problem->params, for problems too large for more: the mean loss and the sketch
 * (ib_sketch_size elements) of the gradient. Some 3/5 of the work of an epoch. lr, epochs and budget are not
 * looked at. */
enum ib_status ib_oracle_step(const struct ib_oracle_problem *, double *loss, double *sketch);

/* The functions below compute in f64 and give NaN when memory runs out. */

/* out (rows x outputs) = output for x (rows x width[0]), after the sigmoid where the loss is IB_BCE. */
void ib_oracle_predict(const struct ib_network *, const double *params, uint64_t rows, const double *x,
                       double *out);
/* The same in f32 arithmetic, or TF32's: how far rounding alone may carry predictions. */
void ib_oracle_predict_f32(const struct ib_network *, const double *params, bool tf32, uint64_t rows,
                           const double *x, double *out);
/* Mean loss over the rows. */
double ib_oracle_loss(const struct ib_network *, const double *params, uint64_t rows, const double *x,
                      const double *y);
/* The same for problem->params, whichever the type of the rows. */
double ib_oracle_problem_loss(const struct ib_oracle_problem *);
/* Mean loss over the rows, and its gradient by the parameters (ib_network_size elements). */
double ib_oracle_gradient(const struct ib_network *, const double *params, uint64_t rows, const double *x,
                          const double *y, double *gradient);

#endif
