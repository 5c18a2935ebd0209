/* The verdict on wrong answers: they are detected and named. */
#include "fixtures/judged.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- wrong answers ---- */

static const struct {
    enum kind kind;
    enum fault fault;
    int which;
    const char *name;
} wrong[] = {
    {LINREG, GRADIENT_SIGN, -1, "gradient has the wrong sign (epoch 2: loss "},
    {LOGREG, GRADIENT_SIGN, -1, "gradient has the wrong sign"},
    {MLP, GRADIENT_SIGN, -1, "gradient has the wrong sign"},
    {MLP, GRADIENT_SIGN, 2, "gradient of w2 has the wrong sign"},
    {LINREG, GRADIENT_SIGN, 1, "gradient of b has the wrong sign"},
    {MLP, GRADIENT_TRANSPOSED, -1, "gradient is transposed"},
    {MLP, GRADIENT_TRANSPOSED, 0, "gradient of w1 is transposed"},
    {MLP, GRADIENT_TRANSPOSED, 2, "gradient of w2 is transposed"},
    {MLP_BCE, GRADIENT_TRANSPOSED, 0, "gradient is transposed"}, /* w1 is the only matrix */
    {LINREG, GRADIENT_TWICE, -1, "gradient is twice as large as it should be"},
    {MLP, GRADIENT_HALF, -1, "gradient is half as large as it should be"},
    {LOGREG, GRADIENT_SUMMED, -1, "gradient is a sum over the rows, not a mean"},
    {LINREG, NOT_UPDATED, -1, "loss never changes: parameters are not updated"},
    {LINREG, NOT_UPDATED, 1, "bias b keeps its initial values: never updated (epoch 2: loss "},
    {MLP, NOT_UPDATED, 2, "weight w2 keeps its initial values: never updated"},
    {LINREG, BIAS_SKIPPED, 0, "biases are not added in the forward pass"},
    {MLP, BIAS_SKIPPED, 0, "biases are not added in the forward pass"},
    {LINREG, ENDS_EARLY, 30, "loss stops changing at epoch 30: training ended early"},
    {MLP, ENDS_EARLY, 200, "loss stops changing at epoch 200: training ended early"},
    {LINREG, FEWER_UPDATES, 0, "loss matches fewer updates: at epoch "},
    {LOGREG, FEWER_UPDATES, 0, "loss matches fewer updates"},
    {MLP, TURNS_NAN, 3, "loss is NaN from epoch 3"},
    {LINREG, LOSS_STALE, 0, "loss lags one epoch behind: stale"},
    {MLP, LOSS_STALE, 0, "loss lags one epoch behind: stale"},
    {MLP, LOSS_AFTER, 0, "loss is one epoch ahead: computed after the update"},
    {LINREG, LOSS_TWICE, 0, "loss is off by a constant factor (2) (epoch 1: loss "},
    {LOGREG, LOSS_ZERO, 0, "loss is always 0: never written"},
    {MLP, LOSS_FIRST, 0, "loss never changes, though the parameters do: stale"},
    {MLP, LOSS_LEFT_OUT, 40, "no loss was reported for epoch 40"},
    {MLP, PARAMS_START, 0, "final parameters equal the initial ones: never updated, or a stale copy"},
    {MLP, PARAMS_ZERO, 0, "final parameters are all zero"},
    {MLP, PARAMS_TRANSPOSED, 2, "w2 is transposed"},
    {LINREG, PREDICTS_ZERO, 0, "predictions are all zero (test row 8: 0, expected "},
    {MLP, PREDICTS_ZERO, 0, "predictions are all zero"},
    {MLP, PREDICTS_ZERO_TAIL, 0, "predictions are zero after test row 10: not written"},
    {LOGREG, PREDICTS_NAN, 0, "predictions are NaN from test row 3 on"},
    {LINREG, PREDICTS_SIGN, 0, "predictions have the wrong sign"},
    {LOGREG, PREDICTS_SIGN, 0, "predictions have the wrong sign"},
    {MLP, PREDICTS_TWICE, 0, "predictions are off by a constant factor (2)"},
    {LINREG, PREDICTS_SHIFTED, 0, "predictions are off by a constant (-3.2): bias missing?"},
    {LINREG, PREDICTS_WITHOUT_BIAS, 0, "bias missing?"},
    {MLP, PREDICTS_WITHOUT_BIAS, 0, "predictions lack the bias"},
    {LOGREG, PREDICTS_WITHOUT_BIAS, 0, "predictions lack the bias"},
    {LOGREG, PREDICTS_LOGITS, 0, "predictions are logits: sigmoid missing"},
    {MLP, PREDICTS_BY_START, 0, "predictions come from the initial parameters: stale copy"},
    {MLP, PREDICTS_ONE_WRONG, 0, "predictions do not match the final parameters (test row 4: "},
};

static void wrong_answers_are_named(void **state)
{
    (void)state;
    for (int type = IB_F32; type <= IB_F64; type++)
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            struct judged f = {0};
            judged_open(&f, wrong[i].kind, (enum ib_dtype)type, 250);
            const struct ib_verification v = judged_verdict(&f, wrong[i].fault, wrong[i].which);
            expect_wrong(&v, wrong[i].name);
            judged_free(&f);
        }
}

/* A loss half a per cent off, and one prediction by a thousandth: TF32 and bf16 are not more precise. */
static bool shows_in_coarse(enum kind kind, enum fault fault)
{
    return !(kind == LINREG && fault == FEWER_UPDATES) && fault != PREDICTS_ONE_WRONG;
}

static void check_coarse_products(enum ib_products products)
{
    struct judged f = {.products = products};
    for (int kind = LINREG; kind <= MLP_BCE; kind++) {
        judged_open(&f, (enum kind)kind, IB_F32, 250);
        struct ib_answer answer = {
            .epochs = f.drift.epochs, .curve = f.drift.curve, .params = f.drift.params};
        double predictions[64];
        ib_oracle_predict_rounded(&f.problem.oracle.spec.net, f.drift.params, IB_F32, products,
                                  f.problem.oracle.spec.test_rows, f.problem.x_test, predictions);
        answer.predictions = predictions;
        struct ib_verification v;
        test_judge(&f.reference, &answer, &v);
        assert_int_equal(v.verdict, IB_WRONG); /* f32 that asks for nothing less must be exact f32 */
        answer.products = products;
        test_judge(&f.reference, &answer, &v);
        expect_right(&v);
        judged_free(&f);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        judged_open(&f, wrong[i].kind, IB_F32, 250);
        const struct ib_verification v = judged_verdict(&f, wrong[i].fault, wrong[i].which);
        if (v.verdict != IB_WRONG && shows_in_coarse(wrong[i].kind, wrong[i].fault))
            fail_msg("'%s' is not found in %s", wrong[i].name, ib_word_of(ib_products_words, (int)products));
        judged_free(&f);
    }
}

/* Coarse products excuse what they do, and nothing else. */
static void coarse_products_excuse_no_mistake(void **state)
{
    (void)state;
    for (enum ib_products products = IB_PRODUCTS_TF32; products < IB_PRODUCTS_COUNT; products++)
        check_coarse_products(products);
}

/* One update more or less shows while updates are large compared with the drift. */
static void a_missing_update_is_named(void **state)
{
    (void)state;
    for (int kind = LINREG; kind <= MLP_BCE; kind++)
        for (int type = IB_F32; type <= IB_F64; type++) {
            struct judged f = {0};
            judged_open(&f, (enum kind)kind, (enum ib_dtype)type, 50);
            const struct ib_verification v = judged_verdict(&f, PARAMS_STALE, 0);
            expect_wrong(&v, "final parameters lack the last update: stale copy");
            judged_free(&f);
        }
}

/* A pattern is not to be seen where it is not, and what parts is still told in numbers. */
static void the_rest_is_told_in_numbers(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, MLP, IB_F64, 500);
    struct test_answer a;
    struct ib_verification v;
    test_train(&f.problem, IB_F64, HONEST, 0, &a);
    a.answer.curve.loss[19] *= 1 + 1e-6;
    test_judge(&f.reference, &a.answer, &v);
    expect_wrong(&v, "loss diverges from the oracle at epoch 20 (epoch 20: loss ");
    assert_int_equal(v.first_divergent_epoch, 20);
    assert_true(fabs(v.loss_error - 1e-6) < 1e-9);
    a.answer.curve.loss[19] /= 1 + 1e-6;
    a.params[21] += 1e-3; /* the second of w2, behind 16 weights and 4 biases */
    test_judge(&f.reference, &a.answer, &v);
    expect_wrong(&v, "final parameters are wrong (w2[1]: ");
    test_answer_free(&a);
    judged_free(&f);
}

/* If an answer is wrong in two ways, both are reported. */
static void two_mistakes_are_both_told(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, LINREG, IB_F64, 100);
    struct test_answer a;
    struct ib_verification v;
    test_train(&f.problem, IB_F64, GRADIENT_SIGN, -1, &a);
    memset(a.predictions, 0, f.problem.oracle.spec.test_rows * sizeof *a.predictions);
    test_judge(&f.reference, &a.answer, &v);
    expect_wrong(&v, "gradient has the wrong sign");
    expect_wrong(&v, "; predictions are all zero");
    test_answer_free(&a);
    judged_free(&f);
}

/* Without the training data, what only they can tell goes unnamed, but not uncaught. */
static void less_is_told_without_the_problem(void **state)
{
    (void)state;
    struct judged f = {0};
    judged_open(&f, LINREG, IB_F64, 100);
    f.reference.problem = NULL;
    struct ib_verification v = judged_verdict(&f, GRADIENT_SIGN, -1);
    expect_wrong(&v, "loss diverges from the oracle at epoch 2");
    v = judged_verdict(&f, NOT_UPDATED, 1);
    expect_wrong(&v, "bias b keeps its initial values");
    v = judged_verdict(&f, HONEST, 0);
    expect_right(&v);
    judged_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_answers_are_named),    cmocka_unit_test(coarse_products_excuse_no_mistake),
        cmocka_unit_test(a_missing_update_is_named),  cmocka_unit_test(the_rest_is_told_in_numbers),
        cmocka_unit_test(two_mistakes_are_both_told), cmocka_unit_test(less_is_told_without_the_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
