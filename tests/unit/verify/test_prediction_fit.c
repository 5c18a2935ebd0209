/* Predictions against those of the parameters that they come from. */
#include "fixtures/problem.h"
#include "fixtures/trainer.h"
#include "verify/prediction_fit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Without a reference: only whether predictions and parameters are of one training. */
static void predictions_fit_their_parameters_or_not(void **state)
{
    (void)state;
    const struct ib_network net = {.n_layers = 1, .width = {4, 1}, .loss = IB_HALF_MSE};
    static const struct {
        enum fault fault;
        bool fits;
    } cases[] = {{HONEST, true},        {GRADIENT_SIGN, true},   {PREDICTS_ZERO, false},
                 {PREDICTS_NAN, false}, {PREDICTS_TWICE, false}, {PREDICTS_WITHOUT_BIAS, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (enum ib_dtype type = IB_F32; type <= IB_F64; type++) {
            struct test_problem p;
            struct test_answer a;
            double error;
            test_problem_random(&p, &net, IB_ZEROS, 70, 20, 2);
            p.oracle.spec.lr = 0.05;
            p.oracle.spec.dtype = type;
            p.oracle.epochs = 50;
            for (uint64_t k = 0; k < ib_training_spec_test_features(&p.oracle.spec) && type == IB_F32; k++)
                p.x_test[k] = (double)(float)p.x_test[k];
            test_train(&p, type, cases[i].fault, -1, &a);
            const bool fits =
                ib_predictions_fit(&p.oracle.spec, a.answer.params, p.x_test, a.answer.predictions, &error);
            if (fits != cases[i].fits)
                fail_msg("fault %d in type %d: off by %g", (int)cases[i].fault, (int)type, error);
            test_answer_free(&a);
            test_problem_free(&p);
        }
}

/* ---- by hand ---- */

enum { ROWS = 3, OUTPUTS = 2 };

/* Rows of one feature, and a layer whose outputs are it and 0. */
static const double x_test[ROWS] = {0.5, 1, -0.25};

static struct ib_training_spec spec_of(enum ib_dtype type, uint64_t rows)
{
    return (struct ib_training_spec){
        .net = {1, {1, OUTPUTS}, 0, IB_MSE}, .dtype = type, .lr = 0.1, .rows = 10, .test_rows = rows};
}

static struct ib_prediction_fit fit(enum ib_dtype type, uint64_t rows, const double *params,
                                    const double *predictions)
{
    const struct ib_training_spec spec = spec_of(type, rows);
    struct ib_prediction_fit out;
    assert_int_equal(ib_prediction_fit(&spec, IB_PRODUCTS_F32, params, x_test, predictions, &out), IB_OK);
    return out;
}

/* A prediction that forgets the product of features and weights is right where the weights are 0. */
static void what_is_the_same_for_every_row_proves_nothing(void **state)
{
    (void)state;
    const double biases[] = {0, 0, 2, 3}, zeros[6] = {0}, flat[] = {2, 3, 2, 3, 2, 3};
    assert_false(fit(IB_F64, ROWS, biases, flat).judged);
    assert_false(fit(IB_F64, ROWS, biases, flat).wrong);
    assert_true(fit(IB_F64, ROWS, biases, zeros).judged && fit(IB_F64, ROWS, biases, zeros).wrong);
    assert_false(fit(IB_F64, 1, zeros, zeros).judged);
    assert_true(fit(IB_F64, 1, biases, flat).judged); /* one row says nothing of others */
}

static void the_worst_prediction_is_told(void **state)
{
    (void)state;
    const double params[] = {1, 0, 0, 0}, predictions[] = {0.5, 0, 1, 0.25, -0.25, 0.125};
    const struct ib_prediction_fit out = fit(IB_F64, ROWS, params, predictions);
    assert_true(out.judged && out.wrong);
    assert_true(out.error == 0.25);
    assert_int_equal(out.where, 3);
    assert_true(out.expected == 0);
    const struct ib_prediction_fit twice =
        fit(IB_F64, ROWS, params, (const double[]){0.5, 0, 2, 0, -0.25, 0});
    assert_int_equal(twice.where, 2);
    assert_true(twice.expected == 1);
}

static void an_error_of_just_the_tolerance_fits(void **state)
{
    (void)state;
    const double params[] = {1, 0, 0, 0};
    double predictions[] = {0.5, 0, 1, 1e-9, -0.25, 0};
    assert_true(fit(IB_F64, ROWS, params, predictions).error == 1e-9);
    assert_false(fit(IB_F64, ROWS, params, predictions).wrong);
    predictions[3] = nextafter(1e-9, 1);
    assert_true(fit(IB_F64, ROWS, params, predictions).wrong);
    predictions[3] = 0.9e-5;
    assert_false(fit(IB_F32, ROWS, params, predictions).wrong);
    predictions[3] = 1.1e-5;
    assert_true(fit(IB_F32, ROWS, params, predictions).wrong);
}

static void a_single_prediction_is_judged_and_none_is_not(void **state)
{
    (void)state;
    const struct ib_training_spec spec = {
        .net = {1, {1, 1}, 0, IB_MSE}, .dtype = IB_F64, .lr = 0.1, .test_rows = 1};
    const double params[] = {1, 0};
    struct ib_prediction_fit out;
    assert_int_equal(ib_prediction_fit(&spec, IB_PRODUCTS_F32, params, x_test, (double[]){2}, &out), IB_OK);
    assert_true(out.judged && out.wrong && out.error == 3);
    assert_true(out.expected == 0.5);
    out = fit(IB_F64, 0, (double[]){1, 0, 0, 0}, NULL);
    assert_true(!out.judged && !out.wrong && isnan(out.error));
}

/* What has diverged cannot be predicted from. */
static void too_large_numbers_are_not_judged(void **state)
{
    (void)state;
    const double none[ROWS * OUTPUTS] = {0};
    double error;
    assert_true(fit(IB_F32, ROWS, (double[]){1e15, 0, 0, 0}, none).judged);
    assert_false(fit(IB_F32, ROWS, (double[]){nextafter(1e15, 1e16), 0, 0, 0}, none).judged);
    assert_false(fit(IB_F32, ROWS, (double[]){0, 0, NAN, 0}, none).judged);
    assert_true(fit(IB_F64, ROWS, (double[]){1e16, 0, 0, 0}, none).judged);
    assert_true(ib_predictions_fit(&(const struct ib_training_spec){.net = {1, {1, OUTPUTS}, 0, IB_MSE},
                                                                    .dtype = IB_F32,
                                                                    .test_rows = ROWS},
                                   (double[]){1e16, 0, 0, 0}, x_test, none, &error));
    assert_true(isnan(error));
}

/* The parameters fit, but their products do not: 1e15 of a feature of 1e5. */
static void too_large_predictions_are_not_judged(void **state)
{
    (void)state;
    const struct ib_training_spec spec = {
        .net = {1, {1, 1}, 0, IB_MSE}, .dtype = IB_F32, .lr = 0.1, .test_rows = 1};
    struct ib_prediction_fit out;
    assert_int_equal(
        ib_prediction_fit(&spec, IB_PRODUCTS_F32, (double[]){1e15, 0}, (double[]){1e5}, (double[]){0}, &out),
        IB_OK);
    assert_false(out.judged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions_fit_their_parameters_or_not),
        cmocka_unit_test(what_is_the_same_for_every_row_proves_nothing),
        cmocka_unit_test(the_worst_prediction_is_told),
        cmocka_unit_test(an_error_of_just_the_tolerance_fits),
        cmocka_unit_test(a_single_prediction_is_judged_and_none_is_not),
        cmocka_unit_test(too_large_numbers_are_not_judged),
        cmocka_unit_test(too_large_predictions_are_not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
