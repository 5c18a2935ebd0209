/* Trainings that diverge, made by hand: where an answer must diverge, and how far. */
#include "fixtures/made_reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FAR 2e6 /* beyond a million times the first loss, which is 1 */

/* The verdict, and what it says of the losses, or why there is none. */
static void assert_verdict(struct made *m, enum ib_verdict verdict, const char *says)
{
    const struct ib_verification v = made_verdict(m);
    const char *text = v.verdict == IB_WRONG ? v.deviation[IB_PART_LOSS].fact : v.reason;
    if (v.verdict != verdict || !strstr(text, says))
        fail_msg("to be %s, '%s', but %s: '%s'", ib_word_of(ib_verdict_words, (int)verdict), says,
                 ib_word_of(ib_verdict_words, (int)v.verdict), text);
}

static void assert_right(struct made *m)
{
    assert_verdict(m, IB_RIGHT, "");
}

/* All that is known of a curve from this epoch on. */
static void losses_from(struct ib_curve *curve, uint64_t epoch, double loss)
{
    for (uint64_t i = 0; i < curve->n; i++)
        if (curve->epoch[i] >= epoch)
            curve->loss[i] = loss;
}

/* Truth and drift diverge at the one epoch, the answer at the other; past `epochs`: never. */
static void open_diverging(struct made *m, uint64_t epochs, uint64_t truth_at, uint64_t answer_at)
{
    made_open(m, IB_F64, 1, epochs);
    made_losses_from(m, truth_at, FAR);
    losses_from(&m->answer.curve, 1, 1);
    losses_from(&m->answer.curve, answer_at, FAR);
}

/* ---- where ---- */

static void a_million_times_the_first_loss_has_not_diverged(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    made_losses_from(&m, 1, 4);
    made_loss(&m, 6, 4e6);
    const struct ib_verification v = made_verdict(&m);
    assert_int_equal(v.verdict, IB_RIGHT);
    assert_int_equal(v.compared.epochs, 12);
    assert_true(v.params_error == 0);
    m.answer.curve.loss[5] = 4.1e6;
    assert_verdict(&m, IB_WRONG, "epoch 6: loss 4.1e+06, expected 4e+06");
    made_close(&m);
}

static void an_answer_diverges_two_epochs_apart(void **state)
{
    (void)state;
    for (uint64_t at = 6; at <= 8; at++) {
        struct made m;
        open_diverging(&m, 12, 6, at);
        const struct ib_verification v = made_verdict(&m);
        assert_int_equal(v.verdict, IB_RIGHT);
        assert_int_equal(v.compared.epochs, 5); /* those before */
        assert_true(isnan(v.params_error));
        made_close(&m);
    }
    struct made m;
    open_diverging(&m, 12, 6, 9);
    assert_verdict(&m, IB_WRONG, "the oracle diverges at epoch 6, this training at 9");
    assert_int_equal(made_verdict(&m).first_divergent_epoch, 6);
    made_close(&m);
    open_diverging(&m, 12, 6, 12);
    assert_verdict(&m, IB_WRONG, "the oracle diverges at epoch 6, this training at 12");
    made_close(&m);
}

/* "Never" counts as one epoch after the last. */
static void an_answer_that_never_diverges_is_wrong_unless_the_oracle_is_late(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 12, 10, 13);
    assert_verdict(&m, IB_WRONG, "the oracle diverges at epoch 10, this training never");
    made_close(&m);
    for (uint64_t at = 11; at <= 12; at++) {
        open_diverging(&m, 12, at, 13);
        assert_right(&m);
        made_close(&m);
    }
}

/* How the loss grows beyond is another matter. */
static void losses_at_the_divergence_are_not_compared(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 12, 6, 6);
    m.answer.curve.loss[5] = 2 * FAR;
    assert_right(&m);
    m.drift.curve.loss[5] = 1.9 * FAR; /* what drifts there excuses nothing before */
    m.answer.curve.loss[3] += 1e-3;
    assert_verdict(&m, IB_WRONG, "epoch 4: loss 1.001, expected 1");
    made_close(&m);
}

static void what_was_wrong_before_stays_the_finding(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 12, 6, 13);
    m.answer.curve.loss[2] = 2;
    assert_verdict(&m, IB_WRONG, "epoch 3: loss 2, expected 1");
    assert_int_equal(made_verdict(&m).first_divergent_epoch, 3);
    made_close(&m);
}

static void an_answer_may_diverge_ten_times_as_far_away_as_the_drift(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 40, 6, 16);
    losses_from(&m.drift.curve, 6, 1);
    losses_from(&m.drift.curve, 7, FAR);
    assert_right(&m);
    losses_from(&m.answer.curve, 6, 1);
    losses_from(&m.answer.curve, 17, FAR);
    assert_verdict(&m, IB_WRONG, "this training at 17");
    losses_from(&m.drift.curve, 1, 1); /* never */
    assert_right(&m);
    made_close(&m);
}

/* ---- what is read rarely ---- */

/* The truth was read at 1, 2, 3, 10, 20 and 30: what it does at 10 began at any epoch after 3. */
static void a_divergence_between_readings_is_known_to_their_distance(void **state)
{
    (void)state;
    for (uint64_t at = 17; at <= 18; at++) {
        struct made m;
        open_diverging(&m, 30, 10, at);
        for (uint64_t epoch = 4; epoch < 30; epoch++)
            if (epoch % 10) {
                made_unread(&m.truth.curve, epoch);
                made_unread(&m.drift.curve, epoch);
            }
        assert_int_equal(m.truth.curve.n, 6);
        assert_verdict(&m, at == 17 ? IB_RIGHT : IB_WRONG, "");
        made_close(&m);
    }
}

/* An external program reads when it likes: it has diverged at 6, and says so at 11. */
static void a_divergence_shows_when_it_is_read(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 24, 6, 6);
    m.answer.sparse = true;
    for (uint64_t epoch = 4; epoch < 11; epoch++)
        made_unread(&m.answer.curve, epoch);
    assert_right(&m);
    losses_from(&m.answer.curve, 11, 1);
    losses_from(&m.answer.curve, 17, FAR); /* eight epochs between readings, eleven after the oracle */
    assert_verdict(&m, IB_WRONG, "this training at 17");
    made_close(&m);
}

/* From the first reading on. */
static void two_readings_are_known_to_their_distance(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 10, 10, 5);
    for (uint64_t epoch = 2; epoch < 10; epoch++) {
        made_unread(&m.truth.curve, epoch);
        made_unread(&m.drift.curve, epoch);
    }
    const struct ib_verification v = made_verdict(&m);
    assert_string_equal(v.deviation[IB_PART_LOSS].fact, "");
    made_close(&m);
}

/* ---- how far ---- */

/* Ten million times as much in each epoch from 6 on. */
static void grow(struct ib_curve *curve)
{
    for (uint64_t i = 5; i < curve->n; i++)
        curve->loss[i] = 1e7 * curve->loss[i - 1];
}

static void open_growing(struct made *m, enum ib_dtype type, double first)
{
    made_open(m, type, 1, 12);
    made_losses_from(m, 1, first);
    grow(&m->truth.curve);
    grow(&m->drift.curve);
    grow(&m->answer.curve);
}

static void an_answer_that_stops_diverging_is_wrong(void **state)
{
    (void)state;
    struct made m;
    open_growing(&m, IB_F64, 1);
    assert_right(&m);
    losses_from(&m.answer.curve, 9, m.answer.curve.loss[7]); /* 1e21 */
    assert_verdict(&m, IB_WRONG, "the oracle diverges further at epoch 9, this training never");
    made_close(&m);
    open_growing(&m, IB_F64, 1);
    losses_from(&m.answer.curve, 12, m.answer.curve.loss[10]); /* 1e42, one epoch before the end */
    assert_right(&m);
    losses_from(&m.answer.curve, 11, m.answer.curve.loss[9]); /* 1e35, beyond what f32 would hold */
    assert_right(&m);
    losses_from(&m.answer.curve, 10, m.answer.curve.loss[8]);
    assert_verdict(&m, IB_WRONG, "the oracle diverges further at epoch 10, this training never");
    made_close(&m);
}

static void an_answer_that_diverges_further_too_early_is_wrong(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 40, 6, 6);
    for (uint64_t epoch = 20; epoch <= 40; epoch++)
        made_loss(&m, epoch, 1e13);
    assert_right(&m);
    losses_from(&m.answer.curve, 8, 1e13);
    assert_verdict(&m, IB_WRONG, "the oracle diverges further at epoch 20, this training at 8");
    assert_int_equal(made_verdict(&m).first_divergent_epoch, 8);
    made_close(&m);
}

/* What the oracle, or its drift, does not reach is not asked of an answer. */
static void only_what_both_reach_is_compared(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 40, 6, 6);
    losses_from(&m.answer.curve, 7, 1e13);
    assert_right(&m);
    losses_from(&m.truth.curve, 20, 1e13);
    assert_right(&m);
    losses_from(&m.drift.curve, 20, 1e13);
    assert_verdict(&m, IB_WRONG, "diverges further");
    losses_from(&m.truth.curve, 20, FAR);
    losses_from(&m.drift.curve, 20, FAR);
    losses_from(&m.drift.curve, 40, 1e13);
    assert_right(&m);
    made_close(&m);
}

/* At the last epoch they just do. */
static void the_last_epoch_is_reached(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 12, 12, 12);
    assert_right(&m);
    made_close(&m);
    open_diverging(&m, 12, 6, 6);
    made_loss(&m, 12, 1e13);
    assert_right(&m);
    losses_from(&m.answer.curve, 8, 1e13);
    assert_verdict(&m, IB_WRONG, "the oracle diverges further at epoch 12, this training at 8");
    made_close(&m);
}

/* A sum over the rows overflows in f32 at 3e38, and what is infinite then has passed every limit. */
static void only_what_the_type_holds_is_compared(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F32, 1, 40);
    made_losses_from(&m, 6, 1e37);
    made_losses_from(&m, 30, 1e43);
    losses_from(&m.answer.curve, 8, INFINITY);
    assert_right(&m);
    m.spec.dtype = IB_F64;
    assert_verdict(&m, IB_WRONG, "the oracle diverges further at epoch 30, this training at 8");
    made_close(&m);
}

/* From a small first loss it is farther. */
static void the_type_s_limit_is_that_of_the_loss_itself(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F32, 1, 40);
    made_losses_from(&m, 1, 1e-10);
    made_losses_from(&m, 6, 1e21); /* 1e31 times as much */
    made_losses_from(&m, 8, 1e27);
    assert_right(&m);
    losses_from(&m.answer.curve, 6, 1e21);
    assert_verdict(&m, IB_WRONG, "the oracle diverges further at epoch 8, this training never");
    made_close(&m);
}

/* ---- what it proves ---- */

static void a_divergence_within_a_part_of_the_training_is_not_its_end(void **state)
{
    (void)state;
    struct made m;
    for (uint64_t at = 6; at <= 12; at += 6) {
        open_diverging(&m, 12, at, at);
        m.reference.epochs = 24;
        assert_verdict(&m, IB_UNVERIFIED, "the training diverges before");
        made_close(&m);
    }
}

static void a_divergence_at_once_shows_no_update(void **state)
{
    (void)state;
    struct made m;
    open_diverging(&m, 12, 2, 2);
    assert_verdict(&m, IB_UNVERIFIED, "the training diverges before");
    made_close(&m);
}

/* Where only the drift trajectory diverges, rounding decides, and parameters are not compared. */
static void a_drift_that_diverges_alone_leaves_parameters_unknown(void **state)
{
    (void)state;
    for (uint64_t at = 8; at <= 12; at += 4) {
        struct made m;
        made_open(&m, IB_F64, 1, 12);
        losses_from(&m.drift.curve, at, INFINITY);
        m.drift.params[1] = nextafter(0.01, 1);
        const struct ib_verification v = made_verdict(&m);
        assert_int_equal(v.verdict, IB_UNVERIFIED);
        assert_true(isnan(v.params_error));
        assert_int_equal(v.compared.epochs, at - 1);
        m.drift.params[1] = 0.01; /* so close, only its losses have */
        assert_true(made_verdict(&m).params_error == 0);
        made_close(&m);
    }
}

/* Parameters that differ are not a divergence. */
static void parameters_apart_are_compared(void **state)
{
    (void)state;
    struct made m;
    made_open(&m, IB_F64, 1, 12);
    m.drift.params[1] = 0.02;
    const struct ib_verification v = made_verdict(&m);
    assert_int_equal(v.verdict, IB_RIGHT);
    assert_true(v.params_error == 0);
    made_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_times_the_first_loss_has_not_diverged),
        cmocka_unit_test(an_answer_diverges_two_epochs_apart),
        cmocka_unit_test(an_answer_that_never_diverges_is_wrong_unless_the_oracle_is_late),
        cmocka_unit_test(losses_at_the_divergence_are_not_compared),
        cmocka_unit_test(what_was_wrong_before_stays_the_finding),
        cmocka_unit_test(an_answer_may_diverge_ten_times_as_far_away_as_the_drift),
        cmocka_unit_test(a_divergence_between_readings_is_known_to_their_distance),
        cmocka_unit_test(a_divergence_shows_when_it_is_read),
        cmocka_unit_test(two_readings_are_known_to_their_distance),
        cmocka_unit_test(an_answer_that_stops_diverging_is_wrong),
        cmocka_unit_test(an_answer_that_diverges_further_too_early_is_wrong),
        cmocka_unit_test(only_what_both_reach_is_compared),
        cmocka_unit_test(the_last_epoch_is_reached),
        cmocka_unit_test(only_what_the_type_holds_is_compared),
        cmocka_unit_test(the_type_s_limit_is_that_of_the_loss_itself),
        cmocka_unit_test(a_divergence_within_a_part_of_the_training_is_not_its_end),
        cmocka_unit_test(a_divergence_at_once_shows_no_update),
        cmocka_unit_test(a_drift_that_diverges_alone_leaves_parameters_unknown),
        cmocka_unit_test(parameters_apart_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
