/* The rules of a verdict, each on a reference made by hand: how far a number may be off, and what has to have
 * been compared. */
#include "fixtures/made_reference.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_verdict(struct made *m, enum ib_verdict verdict, const char *says)
{
    const struct ib_verification v = made_verdict(m);
    const char *text = v.verdict == IB_WRONG
                           ? v.deviation[IB_PART_LOSS].fact[0]     ? v.deviation[IB_PART_LOSS].fact
                             : v.deviation[IB_PART_PARAMS].fact[0] ? v.deviation[IB_PART_PARAMS].fact
                                                                   : v.deviation[IB_PART_PREDICTIONS].fact
                           : v.reason;
    if (v.verdict != verdict || !strstr(text, says))
        fail_msg("to be %s, '%s', but %s: '%s'", ib_word_of(ib_verdict_words, (int)verdict), says,
                 ib_word_of(ib_verdict_words, (int)v.verdict), text);
}

static void assert_right(struct made *m)
{
    assert_verdict(m, IB_RIGHT, "");
}

/* The drift trajectory's parameters are so far from the truth that a comparison of parameters shows nothing.
 */
static void hide_params(struct made *m)
{
    m->drift.params[1] = 0.02;
}

/* ---- losses ---- */

static void what_agrees_is_right(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    const struct ib_verification v = made_verdict(&m);
    assert_int_equal(v.verdict, IB_RIGHT);
    assert_true(v.loss_error == 0 && v.params_error == 0 && v.prediction_error == 0);
    assert_int_equal(v.compared.epochs, 12);
    assert_int_equal(v.compared.params, 3);
    assert_int_equal(v.compared.of_params, 3);
    assert_int_equal(v.compared.predictions, 2);
    assert_int_equal(v.compared.of_predictions, 2);
    made_close(&m);
}

/* A loss far below the first is a difference of numbers that are not: its error is relative to a digit of the
 * first.
 */
static void small_losses_are_as_exact_as_a_digit_of_the_first(void **state)
{
    (void)state;
    for (enum ib_dtype type = IB_F32; type <= IB_F64; type++) {
        struct made m;
        made_open(&m, type, 1, 12);
        const double digit = 4 * (type == IB_F64 ? DBL_EPSILON : (double)FLT_EPSILON);
        made_loss(&m, 1, 4);
        made_losses_from(&m, 2, 1e-3 * digit);
        m.answer.curve.loss[4] += 0.9 * digit * ib_tolerance(type, m.spec.rows);
        assert_right(&m);
        m.answer.curve.loss[4] += 0.2 * digit * ib_tolerance(type, m.spec.rows);
        assert_verdict(&m, IB_WRONG, "epoch 5: loss ");
        made_close(&m);
    }
}

static void losses_below_what_the_type_holds_say_nothing(void **state)
{
    (void)state;
    for (enum ib_dtype type = IB_F32; type <= IB_F64; type++) {
        struct made m;
        const double least = type == IB_F64 ? DBL_MIN : (double)FLT_MIN;
        made_open(&m, type, 1, 12);
        made_losses_from(&m, 1, least);
        assert_int_equal(made_verdict(&m).compared.epochs, 12);
        assert_right(&m);
        made_losses_from(&m, 1, least / 2);
        m.answer.curve.loss[5] = least; /* twice as much, of nothing */
        m.drift.curve.loss[5] = least;
        assert_int_equal(made_verdict(&m).compared.epochs, 0);
        assert_verdict(&m, IB_UNVERIFIED, "nothing to compare");
        made_close(&m);
    }
}

/* 1.2e-4 times 30 is 3.7e-3. */
static void drift_excuses_from_half_its_epoch_on(void **state)
{
    (void)state;
    for (uint64_t epoch = 1; epoch <= 12; epoch++) {
        struct made m;
        made_open(&m, IB_F64, 1, 12);
        m.drift.curve.loss[8 - 1] += 0x1p-13;
        m.answer.curve.loss[epoch - 1] += 0x1p-9;
        assert_verdict(&m, epoch < 4 ? IB_WRONG : IB_RIGHT, "");
        made_close(&m);
    }
}

static void drift_may_begin_at_once(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.drift.curve.loss[0] += 0x1p-13;
    m.answer.curve.loss[0] += 0x1p-9;
    assert_right(&m);
    made_close(&m);
}

static void an_error_of_just_the_tolerance_is_right(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.drift.curve.loss[0] += 0x1p-20;
    m.answer.curve.loss[6] += 30 * 0x1p-20;
    assert_right(&m);
    m.answer.curve.loss[6] += 0x1p-40;
    assert_verdict(&m, IB_WRONG, "epoch 7: loss ");
    made_close(&m);
}

static void the_first_wrong_loss_is_told(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.answer.curve.loss[4] = 1.5;
    m.answer.curve.loss[6] = 4;
    m.params[0] = 2; /* a consequence */
    const struct ib_verification v = made_verdict(&m);
    assert_int_equal(v.verdict, IB_WRONG);
    assert_string_equal(v.deviation[IB_PART_LOSS].fact, "epoch 5: loss 1.5, expected 1");
    assert_string_equal(v.deviation[IB_PART_PARAMS].fact, "");
    assert_int_equal(v.first_divergent_epoch, 5);
    assert_true(v.loss_error == 3); /* the largest */
    made_close(&m);
}

static void a_loss_that_is_not_a_number_is_wrong(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.answer.curve.loss[4] = NAN;
    assert_verdict(&m, IB_WRONG, "epoch 5: loss nan");
    made_close(&m);
}

/* ---- parameters and predictions ---- */

static void parameters_may_be_off_by_thirty_times_their_drift(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.drift.params[1] = 0x1p-20;
    m.params[2] = 30 * 0x1p-20;
    assert_right(&m);
    m.params[2] += 0x1p-40;
    assert_verdict(&m, IB_WRONG, "b[0]: ");
    made_close(&m);
}

static void parameters_may_be_off_by_ten_times_what_losses_are(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.drift.curve.loss[2] += 0x1p-13; /* 1.2e-4 * 30 * 10 = 0.037 */
    m.params[1] = 0.036;
    assert_right(&m);
    m.params[1] = 0.037;
    assert_verdict(&m, IB_WRONG, "w[1]: 0.037, expected 0");
    made_close(&m);
}

/* A drift within the base tolerance is no sign of a flat valley. */
static void losses_that_do_not_part_excuse_no_parameters(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.drift.curve.loss[2] += 0x1p-36; /* 1.5e-11 * 30 = 4.4e-10, of 1e-9; times 10 it were 4.4e-9 */
    m.params[1] = 0.9e-9;
    assert_right(&m);
    m.params[1] = 3e-9;
    assert_verdict(&m, IB_WRONG, "w[1]: 3e-09, expected 0");
    made_close(&m);
}

static void a_wrong_parameter_is_named(void **state)
{
    (void)state;
    static const char *const names[] = {"w[0]: ", "w[1]: ", "w[2]: ", "w[3]: ", "b[0]: ", "b[1]: "};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct made m;
        made_open(&m, IB_F64, 2, 12);
        m.params[i] += 0.25;
        assert_verdict(&m, IB_WRONG, names[i]);
        assert_true(made_verdict(&m).params_error == 0.25);
        made_close(&m);
    }
}

/* Two outputs a row: the fourth prediction is the second row's. */
static void a_wrong_prediction_is_told_by_its_row(void **state)
{
    (void)state;
    struct made m;
    struct ib_verification v;
    made_open(&m, IB_F64, 2, 12);
    made_verdict(&m);
    m.predictions[3] += 0.25;
    ib_verify(&m.reference, &m.answer, &v);
    assert_int_equal(v.verdict, IB_WRONG);
    assert_string_equal(v.deviation[IB_PART_PREDICTIONS].fact, "test row 2: 0.25, expected 0");
    assert_true(v.prediction_error == 0.25);
    m.predictions[3] = 0;
    m.predictions[0] = 2;
    ib_verify(&m.reference, &m.answer, &v);
    assert_string_equal(v.deviation[IB_PART_PREDICTIONS].fact, "test row 1: 2, expected 1");
    made_close(&m);
}

/* ---- what has to have been compared ---- */

/* A tolerance of a tenth shows something, one above it nothing. */
static void a_comparison_within_a_tenth_counts(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.drift.params[1] = 0.1 / 30;
    assert_int_equal(made_verdict(&m).compared.params, 3);
    m.drift.params[1] = nextafter(0.1 / 30, 1);
    assert_int_equal(made_verdict(&m).compared.params, 0);
    made_close(&m);
}

/* The first loss comes before any update. */
static void the_first_loss_alone_shows_no_update(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 2);
    assert_right(&m);
    m.answer.sparse = true;
    made_unread(&m.answer.curve, 2);
    assert_int_equal(made_verdict(&m).compared.params, 3); /* which show the end */
    assert_verdict(&m, IB_UNVERIFIED, "before the result of an update can be compared");
    made_close(&m);
}

static void the_last_loss_or_the_parameters_show_the_end(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    hide_params(&m);
    assert_right(&m); /* by the last loss */
    m.answer.sparse = true;
    made_unread(&m.answer.curve, 12);
    assert_verdict(&m, IB_UNVERIFIED, "rounding errors grow too large to compare its end");
    m.drift.params[1] = 0;
    assert_right(&m); /* by the parameters */
    made_close(&m);
}

static void one_epoch_is_shown_by_its_parameters(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 1);
    assert_right(&m);
    hide_params(&m);
    assert_verdict(&m, IB_UNVERIFIED, "before the result of an update can be compared");
    made_close(&m);
}

static void a_part_of_the_training_is_not_its_end(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.reference.epochs = 24;
    assert_verdict(&m, IB_UNVERIFIED, "nothing to compare");
    m.reference.epochs = 12;
    assert_right(&m);
    made_close(&m);
}

static void nothing_to_compare_with_is_said(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.truth.curve.n = 0;
    assert_verdict(&m, IB_UNVERIFIED, "no trajectory of the same length");
    m.truth.curve.n = 12;
    m.drift.epochs = 11;
    assert_verdict(&m, IB_UNVERIFIED, "no trajectory of the same length");
    m.drift.epochs = 12;
    m.answer.epochs = 11;
    assert_verdict(&m, IB_UNVERIFIED, "no trajectory of the same length");
    m.answer.epochs = 12;
    assert_right(&m);
    m.truth.epochs = m.drift.epochs = 0;
    assert_verdict(&m, IB_UNVERIFIED, "too short for a single epoch");
    made_close(&m);
}

/* ---- whether losses decide ---- */

static bool decides(const struct made *m)
{
    return ib_losses_decide(&m->truth, &m->drift, m->spec.dtype);
}

static void a_loss_after_an_update_decides(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 2);
    assert_true(decides(&m));
    made_loss(&m, 2, 2e6); /* diverged at once */
    assert_false(decides(&m));
    made_loss(&m, 2, 1);
    made_unread(&m.truth.curve, 1);
    assert_true(decides(&m));
    m.truth.curve.n = 0;
    assert_false(decides(&m));
    made_close(&m);
}

static void losses_that_underflow_decide_nothing(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F32, 1, 2);
    made_losses_from(&m, 1, 1e-40);
    assert_false(decides(&m));
    m.spec.dtype = IB_F64;
    assert_true(decides(&m));
    m.spec.dtype = IB_F32;
    m.truth.epochs = m.drift.epochs = 1; /* no loss comes after an update, so that none is missed */
    assert_true(decides(&m));
    made_close(&m);
    made_open(&m, IB_F32, 1, 2);
    made_loss(&m, 1, INFINITY);
    assert_true(decides(&m));
    made_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_agrees_is_right),
        cmocka_unit_test(small_losses_are_as_exact_as_a_digit_of_the_first),
        cmocka_unit_test(losses_below_what_the_type_holds_say_nothing),
        cmocka_unit_test(drift_excuses_from_half_its_epoch_on),
        cmocka_unit_test(drift_may_begin_at_once),
        cmocka_unit_test(an_error_of_just_the_tolerance_is_right),
        cmocka_unit_test(the_first_wrong_loss_is_told),
        cmocka_unit_test(a_loss_that_is_not_a_number_is_wrong),
        cmocka_unit_test(parameters_may_be_off_by_thirty_times_their_drift),
        cmocka_unit_test(parameters_may_be_off_by_ten_times_what_losses_are),
        cmocka_unit_test(losses_that_do_not_part_excuse_no_parameters),
        cmocka_unit_test(a_wrong_parameter_is_named),
        cmocka_unit_test(a_wrong_prediction_is_told_by_its_row),
        cmocka_unit_test(a_comparison_within_a_tenth_counts),
        cmocka_unit_test(the_first_loss_alone_shows_no_update),
        cmocka_unit_test(the_last_loss_or_the_parameters_show_the_end),
        cmocka_unit_test(one_epoch_is_shown_by_its_parameters),
        cmocka_unit_test(a_part_of_the_training_is_not_its_end),
        cmocka_unit_test(nothing_to_compare_with_is_said),
        cmocka_unit_test(a_loss_after_an_update_decides),
        cmocka_unit_test(losses_that_underflow_decide_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
