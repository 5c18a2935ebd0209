/* The verdict: correct answers pass, whatever their rounding; wrong ones are detected and named. */
#include "core/loss_schedule.h"
#include "fixtures/problem.h"
#include "fixtures/trainer.h"
#include "verify/verify.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a problem and its reference ---- */

struct fixture {
    struct test_problem problem;
    struct ib_trajectory truth, drift;
    struct ib_reference reference;
    enum ib_dtype type;
    enum ib_products products; /* of the answer */
};

static struct ib_trajectory train(struct ib_oracle_problem problem, enum ib_dtype type, bool reversed)
{
    struct ib_trajectory out;
    problem.arithmetic.type = type;
    problem.arithmetic.reversed = reversed;
    assert_int_equal(ib_oracle_train(&problem, &out), IB_OK);
    return out;
}

/* Completes a fixture whose problem is set. */
static void refer(struct fixture *f, enum ib_dtype type)
{
    struct test_problem *p = &f->problem;
    const uint64_t n = p->oracle.spec.test_rows * p->oracle.spec.net.width[0];
    for (uint64_t i = 0; i < n && type == IB_F32; i++)
        p->x_test[i] = (double)(float)p->x_test[i];
    f->type = p->oracle.spec.dtype = type;
    f->truth = train(p->oracle, IB_F64, false);
    p->oracle.arithmetic.products = f->products;
    f->drift = train(p->oracle, type, type == IB_F64);
    p->oracle.arithmetic.products = IB_PRODUCTS_F32;
    f->reference = (struct ib_reference){.spec = &p->oracle.spec,
                                         .epochs = p->oracle.epochs,
                                         .start = p->start,
                                         .truth = &f->truth,
                                         .drift = &f->drift,
                                         .x_test = p->x_test,
                                         .problem = &p->oracle};
}

static void release(struct fixture *f)
{
    ib_trajectory_free(&f->truth);
    ib_trajectory_free(&f->drift);
    test_problem_free(&f->problem);
}

enum kind { LINREG, LOGREG, SOFTMAX, MLP, MLP_BCE, MLP_CE };

static void open_fixture(struct fixture *f, enum kind kind, enum ib_dtype type, uint64_t epochs)
{
    static const struct {
        struct ib_network net;
        enum ib_init init;
        double lr;
    } kinds[] = {
        [LINREG] = {{.n_layers = 1, .width = {4, 1}, .loss = IB_HALF_MSE}, IB_ZEROS, 0.05},
        [LOGREG] = {{.n_layers = 1, .width = {4, 1}, .loss = IB_BCE}, IB_ZEROS, 0.5},
        [SOFTMAX] = {{.n_layers = 1, .width = {4, 3}, .loss = IB_CE}, IB_ZEROS, 0.5},
        [MLP] = {{.n_layers = 3, .width = {4, 4, 4, 1}, .act = IB_TANH, .loss = IB_MSE}, IB_NORMAL, 0.02},
        [MLP_BCE] = {{.n_layers = 2, .width = {4, 3, 1}, .act = IB_RELU, .loss = IB_BCE}, IB_NORMAL, 0.05},
        [MLP_CE] = {{.n_layers = 2, .width = {4, 5, 4}, .act = IB_TANH, .loss = IB_CE}, IB_NORMAL, 0.05},
    };
    test_problem_random(&f->problem, &kinds[kind].net, kinds[kind].init, 70, 20, 2);
    f->problem.oracle.spec.lr = kinds[kind].lr;
    f->problem.oracle.epochs = epochs;
    refer(f, type);
}

static struct ib_verification verdict_on(const struct fixture *f, enum fault fault, int which)
{
    struct test_answer a;
    struct ib_verification v;
    test_train(&f->problem, f->type, fault, which, &a);
    a.answer.products = f->products;
    test_judge(&f->reference, &a.answer, &v);
    test_answer_free(&a);
    return v;
}

static void assert_right(const struct ib_verification *v)
{
    if (v->verdict != IB_RIGHT)
        fail_msg("an honest answer is %s: %s", ib_word_of(ib_verdict_words, v->verdict), v->reason);
    assert_string_equal(v->reason, "");
    assert_int_equal(v->first_divergent_epoch, 0);
}

static void assert_wrong(const struct ib_verification *v, const char *name)
{
    if (v->verdict != IB_WRONG || !strstr(v->reason, name))
        fail_msg("'%s' was to be found, not: %s, %s", name, ib_word_of(ib_verdict_words, v->verdict),
                 v->reason);
}

/* ---- honest answers ---- */

static void honest_answers_are_right(void **state)
{
    (void)state;
    for (int kind = LINREG; kind <= MLP_CE; kind++)
        for (int type = IB_F32; type <= IB_F64; type++) {
            struct fixture f = {0};
            open_fixture(&f, (enum kind)kind, (enum ib_dtype)type, 500);
            const struct ib_verification v = verdict_on(&f, HONEST, 0);
            assert_right(&v);
            assert_true(v.loss_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
            assert_true(v.params_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
            assert_true(v.prediction_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
            release(&f);
        }
}

static void one_epoch_is_enough(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, MLP, IB_F64, 1);
    const struct ib_verification v = verdict_on(&f, HONEST, 0);
    assert_right(&v);
    const struct ib_verification wrong = verdict_on(&f, GRADIENT_SIGN, -1);
    assert_wrong(&wrong, "gradient has the wrong sign (b3[0]: ");
    assert_true(isfinite(wrong.params_error));
    release(&f);
}

/* Four rows that a network fits without remainder: at the end there is nothing but rounding. */
static void fits_without_remainder_are_right(void **state)
{
    (void)state;
    const double x[] = {-1, -1, -1, 1, 1, -1, 1, 1}, y[] = {-1, 1, 1, -1};
    const struct ib_network net = {.n_layers = 2, .width = {2, 4, 1}, .act = IB_TANH, .loss = IB_MSE};
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct fixture f = {0};
        test_problem_random(&f.problem, &net, IB_NORMAL, 4, 4, 3);
        memcpy(f.problem.x, x, sizeof x);
        memcpy(f.problem.y, y, sizeof y);
        memcpy(f.problem.x_test, x, sizeof x);
        f.problem.oracle.spec.lr = 0.2;
        f.problem.oracle.epochs = 4000;
        refer(&f, (enum ib_dtype)type);
        assert_true(f.truth.curve.loss[f.truth.curve.n - 1] < 1e-20);
        const struct ib_verification v = verdict_on(&f, HONEST, 0);
        assert_right(&v);
        release(&f);
    }
}

/* The seed's network, whose f32 trajectories part for good: rows in another order are still right. */
static void the_seed_s_networks_are_right_in_any_order(void **state)
{
    (void)state;
    const struct ib_network net = {.n_layers = 3, .width = {6, 6, 6, 1}, .act = IB_RELU, .loss = IB_MSE};
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct fixture f = {0};
        if (!test_problem_seed(&f.problem, "real_estate.json", &net, IB_NORMAL, 0))
            skip();
        f.problem.oracle.spec.lr = 0.005;
        f.problem.oracle.epochs = 2000;
        refer(&f, (enum ib_dtype)type);
        test_problem_shuffle(&f.problem);
        struct ib_trajectory other = train(f.problem.oracle, (enum ib_dtype)type, false);
        double predictions[512];
        assert_in_range(f.problem.oracle.spec.test_rows, 1, 512);
        ib_oracle_predict(&f.problem.oracle.spec.net, other.params, f.problem.oracle.spec.test_rows,
                          f.problem.x_test, predictions);
        const struct ib_answer answer = {
            .epochs = other.epochs, .curve = other.curve, .params = other.params, .predictions = predictions};
        struct ib_verification v;
        test_judge(&f.reference, &answer, &v);
        assert_right(&v);
        assert_true(v.loss_error > 0);
        ib_trajectory_free(&other);
        release(&f);
    }
}

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
            struct fixture f = {0};
            open_fixture(&f, wrong[i].kind, (enum ib_dtype)type, 250);
            const struct ib_verification v = verdict_on(&f, wrong[i].fault, wrong[i].which);
            assert_wrong(&v, wrong[i].name);
            release(&f);
        }
}

/* A loss half a per cent off, and one prediction by a thousandth: TF32 and bf16 are not more precise. */
static bool shows_in_coarse(enum kind kind, enum fault fault)
{
    return !(kind == LINREG && fault == FEWER_UPDATES) && fault != PREDICTS_ONE_WRONG;
}

static void check_coarse_products(enum ib_products products)
{
    struct fixture f = {.products = products};
    for (int kind = LINREG; kind <= MLP_BCE; kind++) {
        open_fixture(&f, (enum kind)kind, IB_F32, 250);
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
        assert_right(&v);
        release(&f);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        open_fixture(&f, wrong[i].kind, IB_F32, 250);
        const struct ib_verification v = verdict_on(&f, wrong[i].fault, wrong[i].which);
        if (v.verdict != IB_WRONG && shows_in_coarse(wrong[i].kind, wrong[i].fault))
            fail_msg("'%s' is not found in %s", wrong[i].name, ib_word_of(ib_products_words, (int)products));
        release(&f);
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
            struct fixture f = {0};
            open_fixture(&f, (enum kind)kind, (enum ib_dtype)type, 50);
            const struct ib_verification v = verdict_on(&f, PARAMS_STALE, 0);
            assert_wrong(&v, "final parameters lack the last update: stale copy");
            release(&f);
        }
}

/* A pattern is not to be seen where it is not, and what parts is still told in numbers. */
static void the_rest_is_told_in_numbers(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, MLP, IB_F64, 500);
    struct test_answer a;
    struct ib_verification v;
    test_train(&f.problem, IB_F64, HONEST, 0, &a);
    a.answer.curve.loss[19] *= 1 + 1e-6;
    test_judge(&f.reference, &a.answer, &v);
    assert_wrong(&v, "loss diverges from the oracle at epoch 20 (epoch 20: loss ");
    assert_int_equal(v.first_divergent_epoch, 20);
    assert_true(fabs(v.loss_error - 1e-6) < 1e-9);
    a.answer.curve.loss[19] /= 1 + 1e-6;
    a.params[21] += 1e-3; /* the second of w2, behind 16 weights and 4 biases */
    test_judge(&f.reference, &a.answer, &v);
    assert_wrong(&v, "final parameters are wrong (w2[1]: ");
    test_answer_free(&a);
    release(&f);
}

/* If an answer is wrong in two ways, both are reported. */
static void two_mistakes_are_both_told(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, LINREG, IB_F64, 100);
    struct test_answer a;
    struct ib_verification v;
    test_train(&f.problem, IB_F64, GRADIENT_SIGN, -1, &a);
    memset(a.predictions, 0, f.problem.oracle.spec.test_rows * sizeof *a.predictions);
    test_judge(&f.reference, &a.answer, &v);
    assert_wrong(&v, "gradient has the wrong sign");
    assert_wrong(&v, "; predictions are all zero");
    test_answer_free(&a);
    release(&f);
}

/* Without the training data, what only they can tell goes unnamed, but not uncaught. */
static void less_is_told_without_the_problem(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, LINREG, IB_F64, 100);
    f.reference.problem = NULL;
    struct ib_verification v = verdict_on(&f, GRADIENT_SIGN, -1);
    assert_wrong(&v, "loss diverges from the oracle at epoch 2");
    v = verdict_on(&f, NOT_UPDATED, 1);
    assert_wrong(&v, "bias b keeps its initial values");
    v = verdict_on(&f, HONEST, 0);
    assert_right(&v);
    release(&f);
}

/* ---- diverging trainings ---- */

static void diverging_answers_need_only_diverge_likewise(void **state)
{
    (void)state;
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct fixture f = {0};
        open_fixture(&f, LINREG, (enum ib_dtype)type, 1);
        f.problem.oracle.spec.lr = 3;
        f.problem.oracle.epochs = 600;
        ib_trajectory_free(&f.truth);
        ib_trajectory_free(&f.drift);
        refer(&f, (enum ib_dtype)type);
        assert_true(!(f.truth.curve.loss[f.truth.curve.n - 1] < 1e6 * f.truth.curve.loss[0]));
        struct ib_verification v = verdict_on(&f, HONEST, 0);
        assert_right(&v);
        assert_true(isnan(v.params_error));

        struct test_answer a; /* right as far as it is compared, and then it turns back */
        test_train(&f.problem, f.type, HONEST, 0, &a);
        for (uint64_t i = 0; i < a.answer.curve.n; i++)
            if (!(a.answer.curve.loss[i] <= 1e6 * a.answer.curve.loss[0]))
                a.answer.curve.loss[i] = a.answer.curve.loss[0];
        test_judge(&f.reference, &a.answer, &v);
        assert_wrong(&v, "this training never)");
        test_answer_free(&a);
        v = verdict_on(&f, GRADIENT_SIGN, -1);
        assert_wrong(&v, "gradient has the wrong sign");
        release(&f);
    }
}

static void an_answer_may_not_diverge_alone(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, LINREG, IB_F64, 500);
    const struct ib_verification v = verdict_on(&f, GRADIENT_SUMMED, -1);
    assert_wrong(&v, "gradient is a sum over the rows, not a mean");
    release(&f);
}

/* ---- losses that the type cannot hold ---- */

/* A linear regression with targets `times` as large, so that its losses are `times` squared. */
static void open_scaled(struct fixture *f, enum ib_dtype type, double times)
{
    open_fixture(f, LINREG, type, 1);
    for (uint64_t i = 0; i < f->problem.oracle.spec.rows; i++)
        f->problem.y[i] = type == IB_F32 ? (double)(float)(f->problem.y[i] * times) : f->problem.y[i] * times;
    f->problem.oracle.epochs = 300;
    ib_trajectory_free(&f->truth);
    ib_trajectory_free(&f->drift);
    refer(f, type);
}

/* Epoch 1 alone, of an answer with this fault; `to` and the sketches belong to it. */
struct first_step {
    struct test_answer answer;
    double *truth, *drift;
    struct ib_step step;
};

static double *sketch_of(struct ib_oracle_problem problem, struct ib_arithmetic arithmetic, double *loss)
{
    double *sketch = calloc(ib_sketch_size(&problem.spec.net), sizeof *sketch);
    assert_non_null(sketch);
    problem.arithmetic = arithmetic;
    assert_int_equal(ib_oracle_step(&problem, loss, sketch), IB_OK);
    return sketch;
}

static void open_first_step(struct fixture *f, enum fault fault, struct first_step *out)
{
    const uint64_t epochs = f->problem.oracle.epochs;
    f->problem.oracle.epochs = 1;
    test_train(&f->problem, f->type, fault, -1, &out->answer);
    f->problem.oracle.epochs = epochs;
    out->step = (struct ib_step){.number = 1,
                                 .from = f->problem.start,
                                 .to = out->answer.params,
                                 .loss = out->answer.answer.curve.loss[0]};
    out->truth = sketch_of(f->problem.oracle, (struct ib_arithmetic){.type = IB_F64}, &out->step.truth.loss);
    out->drift =
        sketch_of(f->problem.oracle, (struct ib_arithmetic){.type = f->type, .reversed = f->type == IB_F64},
                  &out->step.drift.loss);
    out->step.truth.gradient = out->truth;
    out->step.drift.gradient = out->drift;
    f->reference.steps = &out->step;
    f->reference.n_steps = 1;
}

static void close_first_step(struct fixture *f, struct first_step *step)
{
    f->reference.n_steps = 0;
    free(step->truth);
    free(step->drift);
    test_answer_free(&step->answer);
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
        struct fixture f = {0};
        open_scaled(&f, scales[i].type, scales[i].times);
        struct ib_verification v = verdict_on(&f, HONEST, 0);
        assert_int_equal(v.verdict, IB_UNVERIFIED);
        assert_non_null(strstr(v.reason, "nothing to compare"));
        struct first_step first;
        open_first_step(&f, HONEST, &first);
        v = verdict_on(&f, HONEST, 0);
        assert_right(&v);
        assert_true(v.params_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
        assert_int_equal(v.compared.steps, 1);
        assert_int_equal(v.compared.epochs, 0);
        assert_int_equal(v.compared.params, ib_network_size(&f.problem.oracle.spec.net));
        close_first_step(&f, &first);
        static const enum fault faults[] = {NOT_UPDATED, GRADIENT_SIGN, GRADIENT_HALF};
        for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
            v = verdict_on(&f, faults[k], -1);
            assert_int_equal(v.verdict, IB_WRONG);
        }
        release(&f);
    }
}

static void nothing_compared_is_unverified(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_scaled(&f, IB_F64, 1e170); /* the oracle's own losses overflow */
    const enum fault faults[] = {HONEST, NOT_UPDATED, GRADIENT_SIGN};
    for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
        const struct ib_verification v = verdict_on(&f, faults[k], -1);
        assert_int_equal(v.verdict, IB_UNVERIFIED);
        assert_non_null(strstr(v.reason, "before the result of an update can be compared"));
    }
    release(&f);
}

/* ---- what cannot be judged ---- */

static void other_lengths_are_unverified(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, LINREG, IB_F64, 60);
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
    release(&f);
}

/* Where the budget ended the truth early, it was read by the schedule of a longer training. */
static void a_truth_that_ended_early_is_enough(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, MLP, IB_F64, 3000);
    struct ib_curve *curve = &f.truth.curve;
    const uint64_t all = curve->n;
    curve->n = 0;
    for (uint64_t i = 0; i < all; i++)
        if (i < IB_READ_FIRST || curve->epoch[i] % 8 == 2 || i + 1 == all) {
            curve->epoch[curve->n] = curve->epoch[i];
            curve->loss[curve->n++] = curve->loss[i];
        }
    assert_in_range(curve->n, 100, 300);
    const struct ib_verification v = verdict_on(&f, HONEST, 0);
    assert_right(&v);
    release(&f);
}

/* An external program reads its losses when it likes: what it has not read is not held against it, what it
 * has is. */
static void a_sparse_curve_is_enough(void **state)
{
    (void)state;
    struct fixture f = {0};
    struct test_answer a;
    struct ib_verification v;
    open_fixture(&f, MLP, IB_F64, 500);
    test_train(&f.problem, IB_F64, LOSS_LEFT_OUT, 300, &a);
    test_judge(&f.reference, &a.answer, &v);
    assert_int_equal(v.verdict, IB_WRONG);
    a.answer.sparse = true;
    test_judge(&f.reference, &a.answer, &v);
    assert_right(&v);
    a.answer.curve.loss[200] *= 2;
    test_judge(&f.reference, &a.answer, &v);
    assert_wrong(&v, "epoch 201");
    test_answer_free(&a);
    release(&f);
}

/* ---- what a verdict rests on ---- */

/* Makes the losses of the drift trajectory drift from this epoch on. */
static void drift_from(struct fixture *f, uint64_t epoch)
{
    for (uint64_t i = 0; i < f->drift.curve.n; i++)
        if (f->drift.curve.epoch[i] >= epoch)
            f->drift.curve.loss[i] *= 1 + 1e-4;
}

/* Drift excuses errors from half of its epoch on, and not before. */
static void drift_counts_up_to_twice_the_epoch(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, MLP, IB_F64, 110);
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
    release(&f);
}

/* A drift beyond the ceiling excuses, but what it excuses has not been compared. */
static void what_drifts_without_limit_is_no_evidence(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, MLP, IB_F64, 110);
    struct ib_verification v = verdict_on(&f, HONEST, 0);
    assert_right(&v);
    assert_int_equal(v.compared.epochs, 110);
    assert_int_equal(v.compared.params, v.compared.of_params);
    assert_int_equal(v.compared.predictions, v.compared.of_predictions);
    for (uint64_t i = 80; i < f.drift.curve.n; i++)
        f.drift.curve.loss[i] *= 1.1;
    v = verdict_on(&f, HONEST, 0);
    assert_int_equal(v.verdict, IB_UNVERIFIED);
    assert_non_null(strstr(v.reason, "rounding errors grow too large to compare its end"));
    assert_int_equal(v.compared.epochs, 40);
    assert_int_equal(v.compared.params, 0);
    release(&f);
}

static void every_element_is_compared(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, MLP, IB_F64, 50);
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
    release(&f);
}

/* The last of several steps counts as the first does, even where the whole training is right. */
static void every_step_is_checked(void **state)
{
    (void)state;
    struct fixture f = {0};
    open_fixture(&f, LINREG, IB_F64, 60);
    struct first_step right, other;
    open_first_step(&f, NOT_UPDATED, &other);
    open_first_step(&f, HONEST, &right);
    struct ib_step steps[3] = {right.step, right.step, right.step};
    f.reference.steps = steps;
    f.reference.n_steps = 3;
    struct ib_verification v = verdict_on(&f, HONEST, 0);
    assert_right(&v);
    assert_int_equal(v.compared.steps, 3);
    for (size_t i = 0; i < 3; i++) {
        steps[i] = other.step;
        v = verdict_on(&f, HONEST, 0);
        assert_wrong(&v, "not updated");
        assert_int_equal(v.wrong_step, i + 1);
        steps[i] = right.step;
    }
    close_first_step(&f, &other);
    close_first_step(&f, &right);
    release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_answers_are_right),
        cmocka_unit_test(one_epoch_is_enough),
        cmocka_unit_test(fits_without_remainder_are_right),
        cmocka_unit_test(the_seed_s_networks_are_right_in_any_order),
        cmocka_unit_test(wrong_answers_are_named),
        cmocka_unit_test(coarse_products_excuse_no_mistake),
        cmocka_unit_test(a_missing_update_is_named),
        cmocka_unit_test(the_rest_is_told_in_numbers),
        cmocka_unit_test(two_mistakes_are_both_told),
        cmocka_unit_test(less_is_told_without_the_problem),
        cmocka_unit_test(diverging_answers_need_only_diverge_likewise),
        cmocka_unit_test(an_answer_may_not_diverge_alone),
        cmocka_unit_test(parameters_decide_where_losses_overflow_or_underflow),
        cmocka_unit_test(nothing_compared_is_unverified),
        cmocka_unit_test(other_lengths_are_unverified),
        cmocka_unit_test(a_truth_that_ended_early_is_enough),
        cmocka_unit_test(a_sparse_curve_is_enough),
        cmocka_unit_test(drift_counts_up_to_twice_the_epoch),
        cmocka_unit_test(what_drifts_without_limit_is_no_evidence),
        cmocka_unit_test(every_element_is_compared),
        cmocka_unit_test(every_step_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
