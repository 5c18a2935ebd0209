/* What is wrong must be wrong by several samples of drift, each of which must be made. */
#include "fixtures/made_reference.h"
#include "verify/verify_drifts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { EPOCHS = 24 };

/* Draws what it is told to. */
static struct {
    struct ib_trajectory *trajectory; /* the sample that excuses the answer */
    unsigned excuses, fails;          /* the number of that sample, and of one that cannot be made; 0: none */
    unsigned drawn;                   /* how many were */
    size_t wrong_step;                /* of the last */
} drawer;

static bool draw(void *context, size_t wrong_step, unsigned n, struct ib_reference *reference,
                 struct ib_outcome *why)
{
    assert_ptr_equal(context, &drawer);
    assert_int_equal(n, ++drawer.drawn);
    drawer.wrong_step = wrong_step;
    if (n == drawer.fails)
        return ib_outcome_set(why, IB_CASE_TIMEOUT, "the oracle took too long");
    if (n == drawer.excuses)
        reference->drift = drawer.trajectory;
    return true;
}

static bool verify(struct made *m, struct ib_verification *out, struct ib_outcome *why)
{
    const struct ib_drift_source source = {draw, &drawer};
    drawer.drawn = 0;
    made_verdict(m); /* predicts by these parameters */
    *out = (struct ib_verification){0};
    return ib_verify_drifts(&m->reference, &m->answer, &source, out, why);
}

/* An answer whose loss of that epoch is wrong. */
static void open_wrong(struct made *m, uint64_t epoch)
{
    made_open(m, IB_F64, 1, EPOCHS);
    m->answer.curve.loss[epoch - 1] += 1e-3;
    drawer.excuses = drawer.fails = 0;
}

static void a_right_answer_needs_one_sample(void **state)
{
    (void)state;
    struct made m;
    struct ib_verification v;
    struct ib_outcome why;
    open_wrong(&m, 12);
    m.answer.curve.loss[11] = 1;
    assert_true(verify(&m, &v, &why));
    assert_int_equal(v.verdict, IB_RIGHT);
    assert_int_equal(drawer.drawn, 0);
    made_close(&m);
}

static void a_wrong_answer_is_wrong_by_all_samples(void **state)
{
    (void)state;
    struct made m;
    struct ib_verification v;
    struct ib_outcome why;
    open_wrong(&m, 12);
    assert_true(verify(&m, &v, &why));
    assert_int_equal(v.verdict, IB_WRONG);
    assert_int_equal(drawer.drawn, IB_DRIFTS - 1);
    assert_int_equal(drawer.wrong_step, 0);
    made_close(&m);
}

static void one_sample_excuses(void **state)
{
    (void)state;
    for (unsigned n = 1; n < IB_DRIFTS; n++) {
        struct made m, other;
        struct ib_verification v;
        struct ib_outcome why;
        open_wrong(&m, 12);
        made_open(&other, IB_F64, 1, EPOCHS);
        other.drift.curve.loss[11] += 1e-3;
        drawer.trajectory = &other.drift;
        drawer.excuses = n;
        assert_true(verify(&m, &v, &why));
        assert_int_equal(v.verdict, IB_RIGHT);
        assert_int_equal(drawer.drawn, n);
        made_close(&other);
        made_close(&m);
    }
}

/* Without it, a mistake cannot be told from rounding. */
static void a_sample_that_cannot_be_made_leaves_the_answer_unverified(void **state)
{
    (void)state;
    for (unsigned n = 1; n < IB_DRIFTS; n++) {
        struct made m;
        struct ib_verification v;
        struct ib_outcome why;
        open_wrong(&m, 12);
        drawer.fails = n;
        assert_false(verify(&m, &v, &why));
        assert_int_equal(v.verdict, IB_UNVERIFIED);
        assert_string_equal(v.reason, "no reference: the oracle took too long");
        assert_int_equal(why.status, IB_CASE_TIMEOUT);
        assert_int_equal(drawer.drawn, n);
        made_close(&m);
    }
}

/* Rounding has not grown yet, so that no sample excuses it. */
static void the_first_ten_epochs_have_no_excuse(void **state)
{
    (void)state;
    for (uint64_t epoch = 1; epoch <= 12; epoch++) {
        struct made m;
        struct ib_verification v;
        struct ib_outcome why;
        open_wrong(&m, epoch);
        assert_true(verify(&m, &v, &why));
        assert_int_equal(v.verdict, IB_WRONG);
        assert_int_equal(drawer.drawn, epoch <= 10 ? 0 : IB_DRIFTS - 1);
        made_close(&m);
    }
}

static void parameters_and_steps_may_be_excused_but_not_predictions(void **state)
{
    (void)state;
    struct made m;
    struct ib_verification v;
    struct ib_outcome why;
    open_wrong(&m, 12);
    m.answer.curve.loss[11] = 1;
    m.params[1] = 1e-3;
    assert_true(verify(&m, &v, &why));
    assert_int_equal(v.verdict, IB_WRONG);
    assert_int_equal(drawer.drawn, IB_DRIFTS - 1);
    m.params[1] = 0;
    m.answer.predictor = m.start; /* those predictions are not of these */
    assert_true(verify(&m, &v, &why));
    assert_int_equal(v.verdict, IB_WRONG);
    assert_int_equal(drawer.drawn, 0);
    made_close(&m);
}

/* The second of two steps: its samples are drawn, not those of the trajectory. */
static void a_wrong_step_has_samples_of_its_own(void **state)
{
    (void)state;
    static const double from[] = {1, 0, 0}, to[] = {0.5, 0, 0};
    double sketch[3 * IB_SKETCH_VECTORS + 1], gradient[] = {5, 0, 0};
    struct made m;
    struct ib_verification v;
    struct ib_outcome why;
    open_wrong(&m, 2);
    m.answer.curve.loss[1] = 1;
    assert_in_range(ib_sketch_size(&m.spec.net), 1, sizeof sketch / sizeof *sketch);
    assert_int_equal(ib_sketch_of(&m.spec.net, gradient, sketch), IB_OK);
    struct ib_step steps[2] = {
        {.number = 1, .from = from, .to = to, .loss = 1, .truth = {1, sketch}, .drift = {1, sketch}}};
    steps[1] = steps[0];
    steps[1].number = EPOCHS;
    m.reference.steps = steps;
    m.reference.n_steps = 2;
    assert_true(verify(&m, &v, &why));
    assert_int_equal(v.verdict, IB_RIGHT);
    assert_int_equal(drawer.drawn, 0);
    steps[1].loss = 1.5;
    assert_true(verify(&m, &v, &why));
    assert_int_equal(v.verdict, IB_WRONG);
    assert_int_equal(v.wrong_step, 2);
    assert_int_equal(drawer.wrong_step, 2);
    assert_int_equal(drawer.drawn, IB_DRIFTS - 1);
    drawer.fails = 2;
    assert_false(verify(&m, &v, &why));
    assert_int_equal(v.verdict, IB_UNVERIFIED);
    assert_string_equal(v.reason, "no reference: the oracle took too long");
    made_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_answer_needs_one_sample),
        cmocka_unit_test(a_wrong_answer_is_wrong_by_all_samples),
        cmocka_unit_test(one_sample_excuses),
        cmocka_unit_test(a_sample_that_cannot_be_made_leaves_the_answer_unverified),
        cmocka_unit_test(the_first_ten_epochs_have_no_excuse),
        cmocka_unit_test(parameters_and_steps_may_be_excused_but_not_predictions),
        cmocka_unit_test(a_wrong_step_has_samples_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
