/* Problems of any shape, and plain loops in f64 that train them: what whole steps are compared with. */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include "ironbench/impl.h"

enum { REF_MAX_LAYERS = 4, REF_TEST_ROWS = 131, REF_ORDERS = 2 };

/* A matrix in both forms: as the implementation gets it, with gaps between rows, and in f64. */
struct ref_matrix {
    struct ib_view view;
    double *exact;
};

struct ref_problem {
    uint32_t n_layers, n_moments;
    enum ib_dtype type;
    struct ref_matrix x, y, w[REF_MAX_LAYERS], b[REF_MAX_LAYERS], x_test;
    struct ref_matrix moment_w[IB_MAX_MOMENTS][REF_MAX_LAYERS], moment_b[IB_MAX_MOMENTS][REF_MAX_LAYERS];
    struct ref_matrix step; /* 1 x 1 */
    uint64_t batch;         /* 0: all rows in each step */
    uint32_t *order;        /* REF_ORDERS orders of the rows */
    uint64_t done, trained; /* steps so far: of the reference, and of the implementation */
    enum ib_act act;
    enum ib_loss loss;
    enum ib_optimizer optimizer;
    double lr, decay, beta1, beta2, epsilon;
};

double ref_get(const struct ib_view *, uint64_t i, uint64_t j);
void ref_set(struct ref_matrix *, uint64_t i, uint64_t j, double value);

/* Random numbers of -range to range; NaN between the rows, where it must not be read. */
struct ref_matrix ref_matrix_new(uint64_t rows, uint64_t cols, enum ib_dtype, double range);
void ref_matrix_free(struct ref_matrix *);

/* What the next problem is made from. */
extern uint64_t ref_seed;
/* Whether it may have mini-batches. */
extern bool ref_has_batches;

/* A network of these widths, with any activation, loss and optimiser, some steps after its start. Numbers of
 * the optimiser are not the usual ones: with a larger epsilon, an update of Adam is not the sign of what
 * rounding has left. */
struct ref_problem ref_problem_new(uint64_t rows, uint32_t n_layers, const uint64_t *width, enum ib_dtype);
/* A problem of any shape: rows 1 to 70, columns 1 to 40, up to three hidden layers, some of them wide. */
struct ref_problem ref_problem_any(enum ib_dtype);
void ref_problem_free(struct ref_problem *);

/* What training changes: weights and biases, then what the optimiser keeps. NULL: there are not as many. */
struct ref_matrix *ref_state(struct ref_problem *, uint32_t i);

/* h[l] (rows x the layer's outputs), allocated here: the activations, of the last layer the sums. */
void ref_forward(const struct ref_problem *, uint64_t rows, const double *x, double **h);
/* Turns the last layer's sums into predictions. */
void ref_predict(const struct ref_problem *, uint64_t rows, double *z);
/* n > 0 steps on the exact state; returns the loss of `ib_fused.steps`. */
double ref_steps(struct ref_problem *, uint64_t n);

#endif
