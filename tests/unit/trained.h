/* A problem trained in this process, by an implementation that is linked in: for tests of dispatch, law and
 * models. */
#ifndef TESTS_TRAINED_H
#define TESTS_TRAINED_H

#include "plugin/loader.h"
#include "problem.h"
#include "train/training.h"
#include "train/transfer_model.h"

struct test_training {
    struct ib_instance instance;
    struct ib_dispatch dispatch;
    struct ib_training training;
    struct ib_train_data data;
    char param_name[IB_MAX_PARAMS][8];
    void *arrays[3 + IB_MAX_PARAMS]; /* of the type, rounded from the problem's */
};

/* Opens the implementation on the problem; its steps are booked from IB_SETUP on. Fails the test on any
 * error. */
void test_training_open(struct test_training *, const struct ib_impl *, enum ib_residency,
                        const struct test_problem *, enum ib_dtype);
void test_training_close(struct test_training *);

/* Trains for the problem's epochs, reading the losses that a checked pass reads; losses gets them in order.
 */
void test_training_run(struct test_training *, uint64_t epochs, double *losses, uint64_t *n);
/* All parameters, and the predictions, as f64. */
void test_training_params(struct test_training *, double *out);
void test_training_predict(struct test_training *, double *out);

extern const struct ib_impl ib_impl_cpu_naive, ib_impl_fakedev;

#endif
