/* What a verdict rests on: what is compared, and what drift excuses. */
#include "fixtures/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- what a verdict rests on ---- */

/* Makes the losses of the drift trajectory drift from this epoch on. */
static void drift_from(struct judged *f, uint64_t epoch)
{
    for (uint64_t i = 0; i < f->drift.curve.n; i++)
        if (f->drift.curve.epoch[i] >= epoch)
            f->drift.curve.loss[i] *= 1 + 1e-4;
}

/* Drift excuses errors from half of its epoch on, and not before. */
static void drift_counts_up_to_twice_the_epoch(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, MLP, IB_F64, 110);
    drift_from(&f, 81);
    for (uint64_t epoch = 39; epoch <= 42; epoch++) {
        struct test_answer a;
        struct ib_verification v;
        test_train(&f.problem, IB_F64, HONEST, 0, &a);
        a.answer.curve.loss[epoch - 1] *= 1 + 2.5e-3;
        test_judge(&f.reference, &a.answer, &v);
        assert_int_equal(v.verdict, epoch < 41 ? IB_WRONG : IB_RIGHT);
        test_answer_free(&a);
    }
    judged_free(&f);
}

/* A drift beyond the ceiling excuses, but what it excuses has not been compared. */
static void what_drifts_without_limit_is_no_evidence(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, MLP, IB_F64, 110);
    struct ib_verification v = judged_verdict(&f, HONEST, 0);
    expect_right(&v);
    assert_int_equal(v.compared.epochs, 110);
    assert_int_equal(v.compared.params, v.compared.of_params);
    assert_int_equal(v.compared.predictions, v.compared.of_predictions);
    for (uint64_t i = 80; i < f.drift.curve.n; i++)
        f.drift.curve.loss[i] *= 1.1;
    v = judged_verdict(&f, HONEST, 0);
    assert_int_equal(v.verdict, IB_UNVERIFIED);
    assert_non_null(strstr(v.reason, "rounding errors grow too large to compare its end"));
    assert_int_equal(v.compared.epochs, 40);
    assert_int_equal(v.compared.params, 0);
    judged_free(&f);
}

static void every_element_is_compared(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, MLP, IB_F64, 50);
    const uint64_t size = ib_network_size(&f.problem.oracle.spec.net);
    for (uint64_t i = 0; i < size; i++) {
        struct test_answer a;
        struct ib_verification v;
        test_train(&f.problem, IB_F64, HONEST, 0, &a);
        a.params[i] += 1e-6;
        test_judge(&f.reference, &a.answer, &v);
        assert_int_equal(v.verdict, IB_WRONG);
        test_answer_free(&a);
    }
    for (uint64_t i = 0; i < f.problem.oracle.spec.test_rows; i++) {
        struct test_answer a;
        struct ib_verification v;
        test_train(&f.problem, IB_F64, HONEST, 0, &a);
        a.predictions[i] += 1e-6;
        test_judge(&f.reference, &a.answer, &v);
        assert_int_equal(v.verdict, IB_WRONG);
        test_answer_free(&a);
    }
    judged_free(&f);
}

/* The last of several steps counts as the first does, even where the whole training is right. */
static void every_step_is_checked(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, LINREG, IB_F64, 60);
    struct first_step right, other;
    first_step_open(&f, NOT_UPDATED, &other);
    first_step_open(&f, HONEST, &right);
    struct ib_step steps[3] = {right.step, right.step, right.step};
    f.reference.steps = steps;
    f.reference.n_steps = 3;
    struct ib_verification v = judged_verdict(&f, HONEST, 0);
    expect_right(&v);
    assert_int_equal(v.compared.steps, 3);
    for (size_t i = 0; i < 3; i++) {
        steps[i] = other.step;
        v = judged_verdict(&f, HONEST, 0);
        expect_wrong(&v, "not updated");
        assert_int_equal(v.wrong_step, i + 1);
        steps[i] = right.step;
    }
    first_step_close(&f, &other);
    first_step_close(&f, &right);
    judged_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drift_counts_up_to_twice_the_epoch),
        cmocka_unit_test(what_drifts_without_limit_is_no_evidence),
        cmocka_unit_test(every_element_is_compared),
        cmocka_unit_test(every_step_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
