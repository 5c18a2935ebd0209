/* One epoch checked separately, with random vectors: correct updates pass, whatever their rounding; a wrong
 * layer, column, row or bias is detected and named. */
#include "diagnose/diagnose.h"
#include "diagnose/patterns.h"
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

/* ---- a problem, the oracle's step, and an answer's ---- */

enum { ROWS = 150, LAYERS = 3, W1 = 0, B1, W2, B2, W3, B3 };

struct fixture {
    struct test_problem problem;
    enum ib_dtype type;
    double *from, *to, *gradient, *truth, *drift;
    struct ib_step step;
};

static double *doubles(uint64_t n)
{
    double *v = calloc(n, sizeof *v);
    assert_non_null(v);
    return v;
}

static double rounded(enum ib_dtype type, double v)
{
    return type == IB_F32 ? (double)(float)v : v;
}

/* The parameters that a gradient makes of `from`. */
static void update(struct fixture *f)
{
    for (uint64_t i = 0; i < ib_network_size(&f->problem.oracle.spec.net); i++)
        f->to[i] = rounded(f->type, f->from[i] - f->problem.oracle.spec.lr * f->gradient[i]);
}

static void open_fixture(struct fixture *f, enum ib_dtype type, enum ib_act act, enum ib_loss loss)
{
    const struct ib_network net = {LAYERS, {20, 30, 30, 3}, act, loss};
    struct ib_oracle_problem *p = &f->problem.oracle;
    *f = (struct fixture){.type = type};
    test_problem_random(&f->problem, &net, IB_XAVIER, ROWS, 10, 4);
    p->spec.lr = 0.1;
    p->spec.dtype = type;
    const uint64_t size = ib_network_size(&net);
    double *start = f->problem.start; /* biases are drawn as zeros, which hides that they are left out */
    for (uint32_t q = 0; q < ib_network_params(&net); start += ib_network_param_size(&net, q++))
        for (uint64_t i = 0; i < ib_network_param_size(&net, q) && q % 2; i++)
            start[i] = 0.05 * (double)(i % 9) - 0.2;
    f->from = doubles(size);
    f->to = doubles(size);
    f->gradient = doubles(size);
    f->truth = doubles(ib_sketch_size(&net));
    f->drift = doubles(ib_sketch_size(&net));
    for (uint64_t i = 0; i < size; i++)
        f->from[i] = rounded(type, p->params[i]);
    f->step = (struct ib_step){
        .number = 1, .from = f->from, .to = f->to, .truth = {0, f->truth}, .drift = {0, f->drift}};
    assert_int_equal(ib_oracle_step(p, &f->step.truth.loss, f->truth), IB_OK);
    p->arithmetic.type = type;
    p->arithmetic.reversed = type == IB_F64;
    assert_int_equal(ib_oracle_step(p, &f->step.drift.loss, f->drift), IB_OK);
    ib_oracle_gradient(&net, f->from, ROWS, p->x, p->y, f->gradient);
    f->step.loss = rounded(type, f->step.truth.loss);
    update(f);
}

static void release(struct fixture *f)
{
    test_problem_free(&f->problem);
    free(f->from);
    free(f->to);
    free(f->gradient);
    free(f->truth);
    free(f->drift);
}

struct finding {
    struct ib_step_result step;
    char reason[160]; /* "" when right */
};

static struct finding check(const struct fixture *f)
{
    const struct ib_training_spec *spec = &f->problem.oracle.spec;
    struct finding out = {.reason = ""};
    assert_int_equal(ib_step_check(spec, false, &f->step, &out.step), IB_OK);
    if (out.step.wrong)
        assert_int_equal(ib_diagnose_step(spec, &f->step, &out.step, out.reason, sizeof out.reason), IB_OK);
    return out;
}

/* ---- sketches ---- */

static void sketches_are_of_the_gradient(void **state)
{
    (void)state;
    struct fixture f;
    for (int act = IB_RELU; act <= IB_SIGMOID; act++)
        for (int loss = IB_HALF_MSE; loss <= IB_CE; loss++) {
            open_fixture(&f, IB_F64, (enum ib_act)act, (enum ib_loss)loss);
            const struct ib_network *net = &f.problem.oracle.spec.net;
            double *sketch = doubles(ib_sketch_size(net)), largest = 0;
            assert_int_equal(ib_sketch_of(net, f.gradient, sketch), IB_OK);
            for (uint64_t i = 0; i < ib_sketch_size(net); i++)
                largest = fmax(largest, fabs(sketch[i]));
            for (uint64_t i = 0; i < ib_sketch_size(net); i++)
                if (!(fabs(sketch[i] - f.truth[i]) <= 1e-13 * largest))
                    fail_msg("element %llu: %.17g for %.17g", (unsigned long long)i, f.truth[i], sketch[i]);
            assert_true(largest > 0);
            free(sketch);
            release(&f);
        }
}

/* Vectors of different layers and parts have nothing to do with each other, and are those of N(0, 1). */
static void vectors_are_random(void **state)
{
    (void)state;
    enum { N = 400 * IB_SKETCH_VECTORS };
    const struct ib_network net = {2, {400, 400, 400}, IB_RELU, IB_MSE};
    double v[4][N];
    for (uint32_t i = 0; i < 4; i++)
        ib_sketch_vectors(&net, i / 2, i % 2 ? IB_SKETCH_COLUMNS : IB_SKETCH_ROWS, v[i]);
    for (int a = 0; a < 4; a++)
        for (int b = 0; b <= a; b++) {
            double product = 0;
            for (int i = 0; i < N; i++)
                product += v[a][i] * v[b][i] / N;
            assert_true(fabs(product - (a == b)) < 5 * (a == b ? sqrt(2) : 1) / sqrt(N));
        }
}

/* ---- honest steps ---- */

static void honest_steps_are_right(void **state)
{
    (void)state;
    struct fixture f;
    for (int type = IB_F32; type <= IB_F64; type++)
        for (int act = IB_RELU; act <= IB_SIGMOID; act++)
            for (int loss = IB_HALF_MSE; loss <= IB_CE; loss++) {
                open_fixture(&f, (enum ib_dtype)type, (enum ib_act)act, (enum ib_loss)loss);
                const struct finding finding = check(&f);
                if (finding.step.wrong || !finding.step.judged)
                    fail_msg("an honest step is wrong: %s", finding.reason);
                assert_true(finding.step.update_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
                assert_true(finding.step.loss_error <= ib_tolerance(f.type, f.problem.oracle.spec.rows));
                release(&f);
            }
}

/* Sums in another order, in the type's arithmetic. */
static void another_s_arithmetic_is_right(void **state)
{
    (void)state;
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct fixture f;
        struct test_answer a;
        open_fixture(&f, (enum ib_dtype)type, IB_TANH, IB_MSE);
        f.problem.oracle.epochs = 1;
        test_train(&f.problem, f.type, HONEST, 0, &a);
        f.step.to = a.params;
        f.step.loss = a.answer.curve.loss[0];
        const struct finding finding = check(&f);
        if (finding.step.wrong)
            fail_msg("an honest step is wrong: %s", finding.reason);
        assert_true(finding.step.judged);
        test_answer_free(&a);
        release(&f);
    }
}

/* Updates below a digit of the parameters are lost by any implementation, and are not a mistake. */
static void lost_digits_are_no_mistake(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, IB_F32, IB_TANH, IB_MSE);
    f.problem.oracle.spec.lr = 1e-7;
    update(&f);
    uint64_t unmoved = 0;
    for (uint64_t i = 0; i < ib_network_size(&f.problem.oracle.spec.net); i++)
        unmoved += f.to[i] == f.from[i];
    assert_true(unmoved > ib_network_size(&f.problem.oracle.spec.net) / 2);
    const struct finding finding = check(&f);
    if (finding.step.wrong)
        fail_msg("an honest step is wrong: %s", finding.reason);
    release(&f);
}

static void what_has_diverged_is_not_judged(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, IB_F32, IB_RELU, IB_MSE);
    f.from[3] = 1e30;
    assert_false(check(&f).step.judged);
    f.from[3] = NAN;
    assert_false(check(&f).step.judged);
    f.from[3] = rounded(IB_F32, f.problem.start[3]);
    f.step.truth.loss = INFINITY;
    assert_false(check(&f).step.judged);
    release(&f);
}

/* ---- wrong steps ---- */

enum spoil {
    SCALE,       /* one parameter's gradient, or with -1 all, by a factor */
    TRANSPOSE,   /* it is square */
    ZERO_COLUMN, /* one of the gradient's */
    ZERO_ROW,
    ONE_ELEMENT, /* off by a third of the largest */
    HALF_ROWS,   /* the mean is that of the first half of the rows */
    HALF_SUM,    /* those are added up, and divided by the number of all */
    NO_BIASES,   /* in the forward pass */
    LOSS,
    NOT_A_NUMBER
};

static void spoil(struct fixture *f, enum spoil how, int which, double factor)
{
    const struct ib_oracle_problem *p = &f->problem.oracle;
    const uint64_t size = ib_network_size(&p->spec.net);
    double *copy = doubles(size);
    memcpy(copy, f->gradient, size * sizeof *copy);
    double *g = f->gradient;
    for (int q = 0; q < which; q++)
        g += ib_network_param_size(&p->spec.net, (uint32_t)q);
    const uint64_t n = which < 0 ? size : ib_network_param_size(&p->spec.net, (uint32_t)which);
    const uint64_t cols = which < 0 ? 1 : ib_network_param_cols(&p->spec.net, (uint32_t)which);
    const double *was = copy + (g - f->gradient);
    double largest = 0;
    for (uint64_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(was[i]));
    for (uint64_t i = 0; i < n; i++) {
        if (how == SCALE)
            g[i] = factor * was[i];
        if (how == TRANSPOSE)
            g[i] = was[i % cols * cols + i / cols];
        if ((how == ZERO_COLUMN && i % cols == cols - 1) || (how == ZERO_ROW && i / cols == 1))
            g[i] = 0;
    }
    if (how == ONE_ELEMENT)
        g[n / 2] += largest / 3;
    if (how == HALF_ROWS || how == HALF_SUM)
        ib_oracle_gradient(&p->spec.net, f->from, ROWS / 2, p->x, p->y, f->gradient);
    for (uint64_t i = 0; i < size && how == HALF_SUM; i++)
        f->gradient[i] /= 2;
    if (how == LOSS)
        f->step.loss *= factor;
    if (how == NO_BIASES) {
        memcpy(copy, f->from, size * sizeof *copy);
        ib_params_drop_biases(&p->spec.net, copy);
        ib_oracle_gradient(&p->spec.net, copy, ROWS, p->x, p->y, f->gradient);
    }
    if (how == NOT_A_NUMBER)
        g[0] = NAN;
    update(f);
    free(copy);
}

static void wrong_steps_are_named(void **state)
{
    (void)state;
    static const struct {
        enum spoil how;
        int which;
        double factor;
        const char *name;
    } wrong[] = {
        {SCALE, -1, 2, "epoch 1 alone: gradient is off by a constant factor (2)"},
        {SCALE, -1, -1, "gradient is off by a constant factor (-1)"},
        {SCALE, W1, 0.5, "gradient of w1 is off by a constant factor (0.5)"},
        {SCALE, W2, 1.01, "gradient of w2 is off by a constant factor (1.01)"},
        {SCALE, W3, -1, "gradient of w3 is off by a constant factor (-1)"},
        {SCALE, B1, 1.01, "gradient of b1 is off by a constant factor (1.01)"},
        {SCALE, B2, 2, "gradient of b2 is off by a constant factor (2)"},
        {SCALE, W2, 0, "weight w2 is unchanged: not updated"},
        {SCALE, B3, 0, "bias b3 is unchanged: not updated"},
        {TRANSPOSE, W2, 0, "gradient of w2 is wrong, most in row "},
        {ZERO_COLUMN, W1, 0, "and column 30"},
        {ZERO_COLUMN, W3, 0, "and column 3"},
        {ZERO_ROW, W1, 0, "gradient of w1 is wrong, most in row 2 and"},
        {ZERO_ROW, W2, 0, "gradient of w2 is wrong, most in row 2 and"},
        {ONE_ELEMENT, W1, 0, "gradient of w1 is wrong, most in row 11 and column 1"},
        {ONE_ELEMENT, B2, 0, "gradient of b2 is wrong"},
        {HALF_ROWS, -1, 0, "gradient of b3 is wrong"},
        {HALF_SUM, -1, 0, "gradient of b3 is wrong"},
        {NO_BIASES, 0, 0, "is wrong"},
        {LOSS, -1, 1.001, "epoch 1 alone: loss is "},
        {NOT_A_NUMBER, W2, 0, "w2 is not finite after the update"},
    };
    for (int type = IB_F32; type <= IB_F64; type++)
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            struct fixture f;
            open_fixture(&f, (enum ib_dtype)type, IB_TANH, IB_MSE);
            spoil(&f, wrong[i].how, wrong[i].which, wrong[i].factor);
            const struct finding finding = check(&f);
            if (!finding.step.wrong || !strstr(finding.reason, wrong[i].name))
                fail_msg("'%s' was to be found in %s, not '%s'", wrong[i].name,
                         ib_word_of(ib_dtype_words, type), finding.reason);
            release(&f);
        }
}

/* ---- a verdict from steps and predictions alone ---- */

static struct ib_verification verdict_on(struct fixture *f, enum fault fault)
{
    struct test_answer a;
    struct ib_verification v;
    const struct ib_trajectory none = {.epochs = 0};
    f->problem.oracle.epochs = 1;
    for (uint64_t i = 0; i < f->problem.oracle.spec.test_rows * 20; i++)
        f->problem.x_test[i] = rounded(f->type, f->problem.x_test[i]);
    test_train(&f->problem, f->type, fault, -1, &a);
    f->step.to = a.params;
    f->step.loss = a.answer.curve.loss[0];
    const struct ib_reference reference = {.spec = &f->problem.oracle.spec,
                                           .epochs = 1,
                                           .start = f->from,
                                           .truth = &none,
                                           .drift = &none,
                                           .steps = &f->step,
                                           .n_steps = 1,
                                           .x_test = f->problem.x_test};
    a.answer.epochs = 0;
    test_judge(&reference, &a.answer, &v);
    test_answer_free(&a);
    return v;
}

static void a_verdict_needs_no_trajectory(void **state)
{
    (void)state;
    static const struct {
        enum fault fault;
        const char *name;
    } faults[] = {
        {HONEST, ""},
        {GRADIENT_SIGN, "epoch 1 alone: gradient is off by a constant factor (-1)"},
        {GRADIENT_SUMMED, "epoch 1 alone: gradient is off by a constant factor (450)"},
        {LOSS_TWICE, "epoch 1 alone: loss is "},
        {BIAS_SKIPPED, "epoch 1 alone: "},
        {PREDICTS_ZERO, "predictions are all zero"},
        {PREDICTS_WITHOUT_BIAS, "predictions "},
    };
    for (int type = IB_F32; type <= IB_F64; type++)
        for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
            struct fixture f;
            open_fixture(&f, (enum ib_dtype)type, IB_TANH, IB_MSE);
            const struct ib_verification v = verdict_on(&f, faults[i].fault);
            if (v.verdict != (faults[i].fault == HONEST ? IB_RIGHT : IB_WRONG) ||
                !strstr(v.reason, faults[i].name))
                fail_msg("'%s' was to be found, not %s: '%s'", faults[i].name,
                         ib_word_of(ib_verdict_words, (int)v.verdict), v.reason);
            assert_true(v.loss_error >= 0 && v.params_error >= 0 && v.prediction_error >= 0);
            release(&f);
        }
}

/* A training that is right as far as the oracle went, and has diverged where it went no more. */
static void what_cannot_be_told_is_unverified(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, IB_F32, IB_TANH, IB_MSE);
    f.from[0] = INFINITY;
    struct ib_verification v = verdict_on(&f, HONEST);
    assert_int_equal(v.verdict, IB_UNVERIFIED);
    assert_non_null(strstr(v.reason, "diverges after"));
    f.from[0] = rounded(IB_F32, f.problem.start[0]);
    v = verdict_on(&f, GRADIENT_SIGN);
    assert_int_equal(v.verdict, IB_WRONG);
    assert_int_equal(v.first_divergent_epoch, 1);
    release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sketches_are_of_the_gradient),
        cmocka_unit_test(vectors_are_random),
        cmocka_unit_test(honest_steps_are_right),
        cmocka_unit_test(another_s_arithmetic_is_right),
        cmocka_unit_test(lost_digits_are_no_mistake),
        cmocka_unit_test(what_has_diverged_is_not_judged),
        cmocka_unit_test(wrong_steps_are_named),
        cmocka_unit_test(a_verdict_needs_no_trajectory),
        cmocka_unit_test(what_cannot_be_told_is_unverified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
