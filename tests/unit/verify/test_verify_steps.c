/* What single epochs contribute to a verdict: which of them is wrong, and what they prove. */
#include "fixtures/made_reference.h"
#include "fixtures/made_step.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 4, PARAMS = 4 };

/* How a step is off. A small error may be an honest one, as the network has a ReLU. */
enum spoilt { RIGHT, DOUBTFUL, WRONG, TOO_LARGE };

/* Steps alone; the oracle has trained `known` epochs of `epochs`. */
struct fixture {
    struct made_step made[STEPS];
    struct ib_step steps[STEPS];
    double params[PARAMS], predictions[1], x_test[1], losses[1];
    uint64_t numbers[1];
    struct ib_trajectory truth;
    struct ib_reference reference;
    struct ib_answer answer;
};

static void open_steps(struct fixture *f, uint64_t epochs, const uint64_t *numbers, const enum spoilt *how,
                       size_t n)
{
    const struct ib_network net = {2, {1, 1, 1}, IB_RELU, IB_MSE};
    memset(f, 0, sizeof *f);
    for (size_t i = 0; i < n; i++) {
        struct made_step *m = &f->made[i];
        made_step_open(m, &net, IB_F64, 0.1);
        m->gradient[3] = 1;
        m->off[3] = how[i] == DOUBTFUL ? 0.05 : how[i] == WRONG ? 0.5 : 0;
        m->from[0] = how[i] == TOO_LARGE ? INFINITY : 0;
        made_step_take(m);
        f->steps[i] = m->step;
        f->steps[i].number = numbers[i];
    }
    f->reference = (struct ib_reference){.spec = &f->made[0].spec,
                                         .epochs = epochs,
                                         .start = f->made[0].from,
                                         .truth = &f->truth,
                                         .drift = &f->truth,
                                         .steps = f->steps,
                                         .n_steps = n,
                                         .x_test = f->x_test};
    f->answer = (struct ib_answer){.params = f->params, .predictions = f->predictions};
}

static void close_steps(struct fixture *f)
{
    for (size_t i = 0; i < f->reference.n_steps; i++)
        made_step_close(&f->made[i]);
}

/* The oracle had time for the first epoch, whose loss was 1. */
static void know_first_epoch(struct fixture *f)
{
    f->numbers[0] = 1;
    f->losses[0] = 1;
    f->truth = (struct ib_trajectory){
        .epochs = 1, .curve = {1, f->numbers, f->losses}, .params = f->params, .size = PARAMS};
    f->answer.epochs = 1;
    f->answer.curve = f->truth.curve;
}

static struct ib_verification verify(const struct fixture *f)
{
    struct ib_verification v;
    ib_verify(&f->reference, &f->answer, &v);
    return v;
}

/* ---- which is wrong ---- */

static void doubt_must_be_confirmed_by_another_step(void **state)
{
    (void)state;
    static const struct {
        enum spoilt how[STEPS];
        size_t n, wrong_step;
    } cases[] = {
        {{RIGHT, RIGHT, RIGHT}, 3, 0},
        {{DOUBTFUL}, 1, 1}, /* there is no other */
        {{DOUBTFUL, RIGHT}, 2, 0},
        {{RIGHT, DOUBTFUL, RIGHT}, 3, 0},
        {{DOUBTFUL, DOUBTFUL}, 2, 1},
        {{RIGHT, DOUBTFUL, DOUBTFUL}, 3, 2},
        {{RIGHT, DOUBTFUL, DOUBTFUL, DOUBTFUL}, 4, 2},
        {{WRONG, RIGHT}, 2, 1},
        {{RIGHT, WRONG, WRONG}, 3, 2},
        {{DOUBTFUL, WRONG}, 2, 2}, /* what is beyond doubt comes first */
        {{DOUBTFUL, DOUBTFUL, WRONG}, 3, 3},
        {{RIGHT, DOUBTFUL, WRONG, RIGHT}, 4, 3},
    };
    static const uint64_t numbers[] = {1, 40, 70, 100};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        open_steps(&f, 100, numbers, cases[i].how, cases[i].n);
        const struct ib_verification v = verify(&f);
        assert_int_equal(v.wrong_step, cases[i].wrong_step);
        assert_int_equal(v.first_divergent_epoch, cases[i].wrong_step ? numbers[cases[i].wrong_step - 1] : 0);
        assert_int_equal(v.compared.steps, cases[i].n);
        assert_true(cases[i].wrong_step == 0 || v.verdict == IB_WRONG);
        close_steps(&f);
    }
}

static void the_largest_error_of_any_step_is_told(void **state)
{
    (void)state;
    static const enum spoilt how[] = {RIGHT, WRONG, RIGHT};
    static const uint64_t numbers[] = {1, 60, 100};
    struct fixture f;
    open_steps(&f, 100, numbers, how, 3);
    f.steps[1].loss = 1.25;
    struct ib_verification v = verify(&f);
    assert_true(v.loss_error == 0.25);
    assert_true(fabs(v.params_error - 0.5) < 1e-9);
    f.reference.n_steps = 1;
    v = verify(&f);
    assert_true(v.loss_error == 0 && v.params_error < 1e-12);
    f.reference.n_steps = 3;
    know_first_epoch(&f); /* then the errors are those of the trajectory */
    v = verify(&f);
    assert_int_equal(v.wrong_step, 2);
    assert_true(v.loss_error == 0 && v.params_error == 0);
    close_steps(&f);
}

/* Where the training was wrong before, the wrong step is not the first. */
static void an_earlier_finding_keeps_its_epoch(void **state)
{
    (void)state;
    static const enum spoilt how[] = {WRONG};
    static const uint64_t numbers[] = {7};
    double wrong_loss[] = {2};
    struct fixture f;
    open_steps(&f, 10, numbers, how, 1);
    know_first_epoch(&f);
    assert_int_equal(verify(&f).first_divergent_epoch, 7);
    f.answer.curve.loss = wrong_loss;
    assert_int_equal(verify(&f).first_divergent_epoch, 1);
    close_steps(&f);
}

/* Parameters after a part of the training are wrong because of the step; those of its end are another
 * finding. */
static void wrong_parameters_may_be_a_consequence(void **state)
{
    (void)state;
    static const enum spoilt how[] = {WRONG, RIGHT};
    static const uint64_t numbers[] = {1, 1};
    double other[PARAMS] = {0, 0, 0, 1};
    struct fixture f;
    open_steps(&f, 2, numbers, how, 2);
    know_first_epoch(&f);
    f.answer.params = other;
    f.predictions[0] = 1;
    struct ib_verification v = verify(&f);
    assert_int_equal(v.wrong_step, 1);
    assert_string_equal(v.deviation[IB_PART_PARAMS].fact, "");
    f.reference.epochs = 1;
    v = verify(&f);
    assert_string_equal(v.deviation[IB_PART_PARAMS].fact, "b2[0]: 1, expected 0");
    close_steps(&f);
}

/* ---- what they prove ---- */

static void epoch_1_shows_the_beginning_and_the_second_half_the_end(void **state)
{
    (void)state;
    static const struct {
        uint64_t numbers[STEPS];
        size_t n;
        enum ib_verdict verdict;
    } cases[] = {
        {{1, 10}, 2, IB_RIGHT},      {{1, 6}, 2, IB_RIGHT},
        {{1, 5}, 2, IB_UNVERIFIED}, /* the last of the first half */
        {{1, 4}, 2, IB_UNVERIFIED},  {{1}, 1, IB_UNVERIFIED},
        {{2, 10}, 2, IB_UNVERIFIED},
    };
    static const enum spoilt how[STEPS] = {RIGHT};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        open_steps(&f, 10, cases[i].numbers, how, cases[i].n);
        assert_int_equal(verify(&f).verdict, cases[i].verdict);
        close_steps(&f);
    }
}

/* A step whose numbers are too large is not compared, and has begun after what the oracle knows, or not. */
static void what_was_too_large_is_explained(void **state)
{
    (void)state;
    static const enum spoilt how[] = {RIGHT, TOO_LARGE};
    for (uint64_t last = 1; last <= 2; last++) {
        struct fixture f;
        open_steps(&f, 2, (const uint64_t[]){1, last}, how, 2);
        know_first_epoch(&f);
        const struct ib_verification v = verify(&f);
        assert_int_equal(v.verdict, IB_UNVERIFIED);
        assert_int_equal(v.compared.steps, 1);
        assert_int_equal(strstr(v.reason, "after the epochs that the oracle had time for") != NULL,
                         last == 2);
        close_steps(&f);
    }
}

static void without_a_comparison_the_errors_are_unknown(void **state)
{
    (void)state;
    static const enum spoilt how[] = {TOO_LARGE};
    struct fixture f;
    open_steps(&f, 1, (const uint64_t[]){1}, how, 1);
    const struct ib_verification v = verify(&f);
    assert_int_equal(v.verdict, IB_UNVERIFIED);
    assert_true(isnan(v.loss_error) && isnan(v.params_error));
    close_steps(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubt_must_be_confirmed_by_another_step),
        cmocka_unit_test(the_largest_error_of_any_step_is_told),
        cmocka_unit_test(an_earlier_finding_keeps_its_epoch),
        cmocka_unit_test(wrong_parameters_may_be_a_consequence),
        cmocka_unit_test(epoch_1_shows_the_beginning_and_the_second_half_the_end),
        cmocka_unit_test(what_was_too_large_is_explained),
        cmocka_unit_test(without_a_comparison_the_errors_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
