/* The verdict on trainings that diverge, and on losses that the type cannot hold. */
#include "fixtures/judged.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- diverging trainings ---- */

static void diverging_answers_need_only_diverge_likewise(void **state)
{
    (void)state;
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct judged f = {0};
        judged_open(&f, LINREG, (enum ib_dtype)type, 1);
        f.problem.oracle.spec.lr = 3;
        f.problem.oracle.epochs = 600;
        ib_trajectory_free(&f.truth);
        ib_trajectory_free(&f.drift);
        judged_refer(&f, (enum ib_dtype)type);
        assert_true(!(f.truth.curve.loss[f.truth.curve.n - 1] < 1e6 * f.truth.curve.loss[0]));
        struct ib_verification v = judged_verdict(&f, HONEST, 0);
        expect_right(&v);
        assert_true(isnan(v.params_error));

        struct test_answer a; /* right as far as it is compared, and then it turns back */
        test_train(&f.problem, f.type, HONEST, 0, &a);
        for (uint64_t i = 0; i < a.answer.curve.n; i++)
            if (!(a.answer.curve.loss[i] <= 1e6 * a.answer.curve.loss[0]))
                a.answer.curve.loss[i] = a.answer.curve.loss[0];
        test_judge(&f.reference, &a.answer, &v);
        expect_wrong(&v, "this training never)");
        test_answer_free(&a);
        v = judged_verdict(&f, GRADIENT_SIGN, -1);
        expect_wrong(&v, "gradient has the wrong sign");
        judged_free(&f);
    }
}

static void an_answer_may_not_diverge_alone(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, LINREG, IB_F64, 500);
    const struct ib_verification v = judged_verdict(&f, GRADIENT_SUMMED, -1);
    expect_wrong(&v, "gradient is a sum over the rows, not a mean");
    judged_free(&f);
}

/* ---- losses that the type cannot hold ---- */

/* A linear regression with targets `times` as large, so that its losses are `times` squared. */
static void open_scaled(struct judged *f, enum ib_dtype type, double times)
{
    judged_open(f, LINREG, type, 1);
    for (uint64_t i = 0; i < f->problem.oracle.spec.rows; i++)
        f->problem.y[i] = type == IB_F32 ? (double)(float)(f->problem.y[i] * times) : f->problem.y[i] * times;
    f->problem.oracle.epochs = 300;
    ib_trajectory_free(&f->truth);
    ib_trajectory_free(&f->drift);
    judged_refer(f, type);
}

/* Final parameters alone do not tell how an answer came to them, so that they are not enough. */
static void parameters_decide_where_losses_overflow_or_underflow(void **state)
{
    (void)state;
    static const struct {
        enum ib_dtype type;
        double times;
    } scales[] = {{IB_F32, 1e20}, {IB_F32, 1e-25}, {IB_F64, 1e-170}};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        struct judged f = {0};
        open_scaled(&f, scales[i].type, scales[i].times);
        struct ib_verification v = judged_verdict(&f, HONEST, 0);
        assert_int_equal(v.verdict, IB_UNVERIFIED);
        assert_non_null(strstr(v.reason, "nothing to compare"));
        struct first_step first;
        first_step_open(&f, HONEST, &first);
        v = judged_verdict(&f, HONEST, 0);
        expect_right(&v);
        assert_true(v.params_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
        assert_int_equal(v.compared.steps, 1);
        assert_int_equal(v.compared.epochs, 0);
        assert_int_equal(v.compared.params, ib_network_size(&f.problem.oracle.spec.net));
        first_step_close(&f, &first);
        static const enum fault faults[] = {NOT_UPDATED, GRADIENT_SIGN, GRADIENT_HALF};
        for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
            v = judged_verdict(&f, faults[k], -1);
            assert_int_equal(v.verdict, IB_WRONG);
        }
        judged_free(&f);
    }
}

static void nothing_compared_is_unverified(void **state)
{
    (void)state;
    struct judged f = {0};
    open_scaled(&f, IB_F64, 1e170); /* the oracle's own losses overflow */
    const enum fault faults[] = {HONEST, NOT_UPDATED, GRADIENT_SIGN};
    for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
        const struct ib_verification v = judged_verdict(&f, faults[k], -1);
        assert_int_equal(v.verdict, IB_UNVERIFIED);
        assert_non_null(strstr(v.reason, "before the result of an update can be compared"));
    }
    judged_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diverging_answers_need_only_diverge_likewise),
        cmocka_unit_test(an_answer_may_not_diverge_alone),
        cmocka_unit_test(parameters_decide_where_losses_overflow_or_underflow),
        cmocka_unit_test(nothing_compared_is_unverified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
