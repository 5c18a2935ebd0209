/* The verdict: correct answers pass, whatever their rounding; what cannot be judged is unverified. */
#include "core/loss_schedule.h"
#include "fixtures/judged.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- honest answers ---- */

static void honest_answers_are_right(void **state)
{
    (void)state;
    for (int kind = LINREG; kind <= MLP_CE; kind++)
        for (int type = IB_F32; type <= IB_F64; type++) {
            struct judged f = {0};
            judged_open(&f, (enum kind)kind, (enum ib_dtype)type, 500);
            const struct ib_verification v = judged_verdict(&f, HONEST, 0);
            expect_right(&v);
            assert_true(v.loss_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
            assert_true(v.params_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
            assert_true(v.prediction_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
            judged_free(&f);
        }
}

static void one_epoch_is_enough(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, MLP, IB_F64, 1);
    const struct ib_verification v = judged_verdict(&f, HONEST, 0);
    expect_right(&v);
    const struct ib_verification wrong = judged_verdict(&f, GRADIENT_SIGN, -1);
    expect_wrong(&wrong, "gradient has the wrong sign (b3[0]: ");
    assert_true(isfinite(wrong.params_error));
    judged_free(&f);
}

/* Four rows that a network fits without remainder: at the end there is nothing but rounding. */
static void fits_without_remainder_are_right(void **state)
{
    (void)state;
    const double x[] = {-1, -1, -1, 1, 1, -1, 1, 1}, y[] = {-1, 1, 1, -1};
    const struct ib_network net = {.n_layers = 2, .width = {2, 4, 1}, .act = IB_TANH, .loss = IB_MSE};
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct judged f = {0};
        test_problem_random(&f.problem, &net, IB_NORMAL, 4, 4, 3);
        memcpy(f.problem.x, x, sizeof x);
        memcpy(f.problem.y, y, sizeof y);
        memcpy(f.problem.x_test, x, sizeof x);
        f.problem.oracle.spec.lr = 0.2;
        f.problem.oracle.epochs = 4000;
        judged_refer(&f, (enum ib_dtype)type);
        assert_true(f.truth.curve.loss[f.truth.curve.n - 1] < 1e-20);
        const struct ib_verification v = judged_verdict(&f, HONEST, 0);
        expect_right(&v);
        judged_free(&f);
    }
}

/* The seed's network, whose f32 trajectories part for good: rows in another order are still right. */
static void the_seed_s_networks_are_right_in_any_order(void **state)
{
    (void)state;
    const struct ib_network net = {.n_layers = 3, .width = {6, 6, 6, 1}, .act = IB_RELU, .loss = IB_MSE};
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct judged f = {0};
        if (!test_problem_seed(&f.problem, "real_estate.json", &net, IB_NORMAL, 0))
            skip();
        f.problem.oracle.spec.lr = 0.005;
        f.problem.oracle.epochs = 2000;
        judged_refer(&f, (enum ib_dtype)type);
        test_problem_shuffle(&f.problem);
        struct ib_trajectory other = judged_train(f.problem.oracle, (enum ib_dtype)type, false);
        double predictions[512];
        assert_in_range(f.problem.oracle.spec.test_rows, 1, 512);
        ib_oracle_predict(&f.problem.oracle.spec.net, other.params, f.problem.oracle.spec.test_rows,
                          f.problem.x_test, predictions);
        const struct ib_answer answer = {
            .epochs = other.epochs, .curve = other.curve, .params = other.params, .predictions = predictions};
        struct ib_verification v;
        test_judge(&f.reference, &answer, &v);
        expect_right(&v);
        assert_true(v.loss_error > 0);
        ib_trajectory_free(&other);
        judged_free(&f);
    }
}

/* ---- what cannot be judged ---- */

static void other_lengths_are_unverified(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, LINREG, IB_F64, 60);
    struct test_answer a;
    struct ib_verification v;
    test_train(&f.problem, IB_F64, HONEST, 0, &a);
    a.answer.epochs = 59;
    test_judge(&f.reference, &a.answer, &v);
    assert_int_equal(v.verdict, IB_UNVERIFIED);
    assert_true(v.reason[0] != '\0');
    assert_true(isnan(v.loss_error));
    a.answer.epochs = 60;
    f.drift.epochs = 59;
    test_judge(&f.reference, &a.answer, &v);
    assert_int_equal(v.verdict, IB_UNVERIFIED);
    test_answer_free(&a);
    judged_free(&f);
}

/* Where the budget ended the truth early, it was read by the schedule of a longer training. */
static void a_truth_that_ended_early_is_enough(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, MLP, IB_F64, 3000);
    struct ib_curve *curve = &f.truth.curve;
    const uint64_t all = curve->n;
    curve->n = 0;
    for (uint64_t i = 0; i < all; i++)
        if (i < IB_READ_FIRST || curve->epoch[i] % 8 == 2 || i + 1 == all) {
            curve->epoch[curve->n] = curve->epoch[i];
            curve->loss[curve->n++] = curve->loss[i];
        }
    assert_in_range(curve->n, 100, 300);
    const struct ib_verification v = judged_verdict(&f, HONEST, 0);
    expect_right(&v);
    judged_free(&f);
}

/* An external program reads its losses when it likes: what it has not read is not held against it, what it
 * has is. */
static void a_sparse_curve_is_enough(void **state)
{
    (void)state;
    struct judged f = {0};
    struct test_answer a;
    struct ib_verification v;
    judged_open(&f, MLP, IB_F64, 500);
    test_train(&f.problem, IB_F64, LOSS_LEFT_OUT, 300, &a);
    test_judge(&f.reference, &a.answer, &v);
    assert_int_equal(v.verdict, IB_WRONG);
    a.answer.sparse = true;
    test_judge(&f.reference, &a.answer, &v);
    expect_right(&v);
    a.answer.curve.loss[200] *= 2;
    test_judge(&f.reference, &a.answer, &v);
    expect_wrong(&v, "epoch 201");
    test_answer_free(&a);
    judged_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_answers_are_right),
        cmocka_unit_test(one_epoch_is_enough),
        cmocka_unit_test(fits_without_remainder_are_right),
        cmocka_unit_test(the_seed_s_networks_are_right_in_any_order),
        cmocka_unit_test(other_lengths_are_unverified),
        cmocka_unit_test(a_truth_that_ended_early_is_enough),
        cmocka_unit_test(a_sparse_curve_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
