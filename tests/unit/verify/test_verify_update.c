/* One epoch of an optimiser, checked from the answer's own state: right updates pass in either type; mistakes
 * in the gradient, in what is kept and in the rule are found and named. */
#include "diagnose/diagnose.h"
#include "fixtures/problem.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 40, EPOCH = 23 };

enum mistake {
    HONEST,
    FORGETS,           /* the first moment is the gradient alone */
    STALE,             /* parameters are updated by the moments of the step before */
    UNCORRECTED,       /* no bias correction */
    EPSILON_INSIDE,    /* of the root */
    LACKS_DECAY,       /* weight decay is left out */
    DOES_NOT_COUNT,    /* the number of steps stays */
    SECOND_OF_ABSOLUTE /* |g| instead of its square */
};

static uint64_t features = 3; /* then w2 is the largest parameter; with 6, w1 is */

struct fixture {
    struct test_problem problem;
    double *from, *to, *gradient, *truth, *drift;
    struct ib_step step;
};

static double *doubles(uint64_t n)
{
    double *v = calloc(n, sizeof *v);
    assert_non_null(v);
    return v;
}

/* Element i of the update, as a program of this type computes it. */
#define DEFINE_UPDATE(name, real)                                                                            \
    static void name(const struct fixture *f, enum mistake mistake, uint64_t i)                              \
    {                                                                                                        \
        const struct ib_training_spec *spec = &f->problem.oracle.spec;                                       \
        const uint64_t n = ib_network_size(&spec->net);                                                      \
        const bool adam = spec->optimizer == IB_ADAM;                                                        \
        const double t = mistake == UNCORRECTED ? INFINITY : EPOCH;                                          \
        const real decay = (real)(mistake == LACKS_DECAY ? 0 : spec->weight_decay);                          \
        const real added = (real)(adam ? 1 - 0.9 : 1), old_m = (real)f->from[n + i];                         \
        const real old_v = adam ? (real)f->from[2 * n + i] : 0;                                              \
        const real g = (real)f->gradient[i] + decay * (real)f->from[i];                                      \
        const real m = (mistake == FORGETS ? 0 : (real)0.9 * old_m) + added * g;                             \
        const real new_v = (real)(1 - 0.999) * (mistake == SECOND_OF_ABSOLUTE ? (real)fabs(g) : g * g);      \
        const real v = (real)0.999 * old_v + new_v;                                                          \
        const real used_m = mistake == STALE ? old_m : m, used_v = mistake == STALE ? old_v : v;             \
        const real rate = (real)(adam ? spec->lr / (1 - pow(0.9, t)) : spec->lr);                            \
        const real v_hat = used_v / (real)(1 - pow(0.999, t)), least = (real)1e-8;                           \
        const real root = mistake == EPSILON_INSIDE ? (real)sqrt(v_hat + least) : (real)sqrt(v_hat) + least; \
        const real p = (real)f->from[i] - (adam ? rate * used_m / root : rate * used_m);                     \
        f->to[i] = (double)p;                                                                                \
        f->to[n + i] = (double)m;                                                                            \
        if (adam)                                                                                            \
            f->to[2 * n + i] = (double)v;                                                                    \
    }
DEFINE_UPDATE(update_f32, float)
DEFINE_UPDATE(update_f64, double)

static double rounded(enum ib_dtype type, double v)
{
    return type == IB_F32 ? (double)(float)v : v;
}

/* A state as after EPOCH - 1 epochs: moments of about the gradient's magnitude. */
static void fill_state(struct fixture *f)
{
    const struct ib_training_spec *spec = &f->problem.oracle.spec;
    const uint64_t n = ib_network_size(&spec->net);
    for (uint64_t i = 0; i < n; i++) {
        const double g = f->gradient[i] * (0.5 + (double)(i % 7) / 4) + 1e-3 * (double)(i % 5);
        f->from[n + i] = rounded(spec->dtype, g);
        if (spec->optimizer == IB_ADAM)
            f->from[2 * n + i] = rounded(spec->dtype, g * g / 30);
    }
    if (spec->optimizer == IB_ADAM)
        f->from[3 * n] = EPOCH - 1;
}

static void open_fixture(struct fixture *f, enum ib_dtype type, enum ib_optimizer optimizer, double decay,
                         enum mistake mistake)
{
    const struct ib_network net = {2, {features, 5, 4}, IB_TANH, IB_MSE};
    struct ib_oracle_problem *p = &f->problem.oracle;
    *f = (struct fixture){0};
    test_problem_random(&f->problem, &net, IB_NORMAL, ROWS, 10, 4);
    p->spec.lr = 0.1;
    p->spec.dtype = type;
    p->spec.optimizer = optimizer;
    p->spec.weight_decay = decay;
    const uint64_t n = ib_network_size(&net), total = ib_state_total(&p->spec);
    f->from = doubles(total);
    f->to = doubles(total);
    f->gradient = doubles(n);
    f->truth = doubles(ib_sketch_size(&net));
    f->drift = doubles(ib_sketch_size(&net));
    for (uint64_t i = 0; i < n; i++)
        f->problem.start[i] = f->from[i] = rounded(type, p->params[i]);
    ib_oracle_gradient(&net, f->from, ROWS, p->x, p->y, f->gradient);
    fill_state(f);
    f->step = (struct ib_step){
        .number = EPOCH, .from = f->from, .to = f->to, .truth = {0, f->truth}, .drift = {0, f->drift}};
    p->arithmetic.type = IB_F64;
    assert_int_equal(ib_oracle_step(p, &f->step.truth.loss, f->truth), IB_OK);
    p->arithmetic = ib_drift_arithmetic(type, IB_PRODUCTS_F32, 0);
    assert_int_equal(ib_oracle_step(p, &f->step.drift.loss, f->drift), IB_OK);
    f->step.loss = rounded(type, f->step.truth.loss);
    for (uint64_t i = 0; i < n; i++)
        (type == IB_F32 ? update_f32 : update_f64)(f, mistake, i);
    if (optimizer == IB_ADAM)
        f->to[total - 1] = mistake == DOES_NOT_COUNT ? EPOCH - 1 : EPOCH;
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

static void check_right_updates(void)
{
    for (int type = IB_F32; type <= IB_F64; type++)
        for (int optimizer = IB_MOMENTUM; optimizer <= IB_ADAM; optimizer++)
            for (int decays = 0; decays < 2; decays++) {
                struct fixture f;
                struct ib_step_result result;
                open_fixture(&f, (enum ib_dtype)type, (enum ib_optimizer)optimizer, decays ? 0.05 : 0,
                             HONEST);
                assert_int_equal(ib_step_check(&f.problem.oracle.spec, IB_PRODUCTS_F32, &f.step, &result),
                                 IB_OK);
                if (result.wrong)
                    fail_msg(
                        "type %d, optimizer %d: array %u[%llu] is %.17g, expected %.17g; update error %g",
                        type, optimizer, result.rule.array, (unsigned long long)result.rule.index,
                        result.rule.got, result.rule.expected, result.update_error);
                assert_true(result.judged);
                release(&f);
            }
}

static void right_updates_pass(void **state)
{
    (void)state;
    check_right_updates();
    features = 6;
    check_right_updates();
    features = 3;
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const struct {
        enum ib_optimizer optimizer;
        enum mistake mistake;
        const char *text;
    } cases[] = {
        {IB_MOMENTUM, FORGETS, "momentum is not applied"},
        {IB_MOMENTUM, STALE, "momentum: stale momentum: P is updated by the velocity of the step before"},
        {IB_MOMENTUM, LACKS_DECAY, "weight decay is left out of the gradient"},
        {IB_ADAM, FORGETS, "momentum is not applied"},
        {IB_ADAM, STALE, "adam: stale moments"},
        {IB_ADAM, UNCORRECTED, "adam: bias correction is missing"},
        {IB_ADAM, LACKS_DECAY, "weight decay is left out of the gradient"},
        {IB_ADAM, DOES_NOT_COUNT, "step[0] is 22 after the update, expected 23"},
        {IB_ADAM, SECOND_OF_ABSOLUTE, "v_w1[0] is "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int type = IB_F32; type <= IB_F64; type++) {
            struct fixture f;
            struct ib_step_result result;
            char text[160];
            open_fixture(&f, (enum ib_dtype)type, cases[i].optimizer, 0.05, cases[i].mistake);
            const struct ib_training_spec *spec = &f.problem.oracle.spec;
            assert_int_equal(ib_step_check(spec, IB_PRODUCTS_F32, &f.step, &result), IB_OK);
            assert_true(result.wrong);
            assert_false(result.doubtful);
            assert_int_equal(ib_diagnose_step(spec, &f.step, &result, text, sizeof text), IB_OK);
            if (!strstr(text, cases[i].text))
                fail_msg("case %zu, type %d: %s", i, type, text);
            release(&f);
        }
}

/* Within f64, epsilon inside of the root is a difference of 1e-8 of it, which counts. */
static void the_place_of_epsilon_matters(void **state)
{
    (void)state;
    struct fixture f;
    struct ib_step_result result;
    char text[160];
    open_fixture(&f, IB_F64, IB_ADAM, 0, EPSILON_INSIDE);
    const struct ib_training_spec *spec = &f.problem.oracle.spec;
    assert_int_equal(ib_step_check(spec, IB_PRODUCTS_F32, &f.step, &result), IB_OK);
    assert_true(result.wrong);
    assert_int_equal(ib_diagnose_step(spec, &f.step, &result, text, sizeof text), IB_OK);
    assert_string_equal(text, "epoch 23 alone: adam: epsilon is added inside of the root");
    release(&f);
}

/* Changes one number of the state and expects that the rule names it. */
static void check_element(struct fixture *f, uint32_t array, uint64_t index)
{
    const struct ib_training_spec *spec = &f->problem.oracle.spec;
    double *at = &f->to[ib_state_at(spec, array) + index];
    const double right = *at, size = fabs(right) + 0.1, wrong = right + 0.01 * size;
    struct ib_update_result result;
    *at = wrong;
    assert_int_equal(ib_update_check(spec, EPOCH, f->from, f->to, NULL, &result), IB_OK);
    assert_true(result.wrong && result.got == wrong);
    assert_true(result.array == array && result.index == index);
    assert_true(fabs(result.expected - right) <= 1e-4 * size);
    *at = right;
}

/* Of the arrays that no gradient follows from: the parameters and Adam's second moments. */
static void every_element_is_compared(void **state)
{
    (void)state;
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct fixture f;
        open_fixture(&f, (enum ib_dtype)type, IB_ADAM, 0.05, HONEST);
        const struct ib_training_spec *spec = &f.problem.oracle.spec;
        for (uint32_t p = 0; p < ib_network_params(&spec->net); p++)
            for (uint64_t i = 0; i < ib_state_size(spec, p); i++) {
                check_element(&f, p, i);
                check_element(&f, 2 * ib_network_params(&spec->net) + p, i);
            }
        release(&f);
    }
}

/* Momentum with a rate of 1/8: a velocity before and after, and how far the parameter is off. */
static bool is_wrong_at(struct fixture *f, double param, double velocity, double next_velocity, double off)
{
    struct ib_training_spec *spec = &f->problem.oracle.spec;
    const uint64_t n = ib_network_size(&spec->net);
    struct ib_update_result result;
    spec->lr = 0.125;
    f->from[0] = param;
    f->from[n] = velocity;
    f->to[n] = next_velocity;
    for (uint64_t i = 1; i < n; i++)
        f->to[i] = f->from[i] - spec->lr * f->to[n + i];
    f->to[0] = param - spec->lr * next_velocity + off;
    assert_int_equal(ib_update_check(spec, EPOCH, f->from, f->to, NULL, &result), IB_OK);
    assert_true(!result.wrong || (result.array == 0 && result.index == 0));
    return result.wrong;
}

/* 2 units of the number and 64 of what is added to it, and as much as the gradient's rounding displaces it.
 */
static void rounding_may_displace_so_many_units(void **state)
{
    (void)state;
    const double unit = DBL_EPSILON;
    struct fixture f;
    open_fixture(&f, IB_F64, IB_MOMENTUM, 0, HONEST);
    assert_false(is_wrong_at(&f, 0, 0, 1, (2 + 64 + 1 - 0.5) * unit / 8));
    assert_true(is_wrong_at(&f, 0, 0, 1, (2 + 64 + 1 + 0.5) * unit / 8));
    assert_true(is_wrong_at(&f, 0, 0, 1, -(2 + 64 + 1 + 1) * unit / 8));
    assert_false(is_wrong_at(&f, 1.5, 0, 1e-6, 2 * unit));
    assert_true(is_wrong_at(&f, 1.5, 0, 1e-6, 4 * unit));
    assert_false(is_wrong_at(&f, 0, 0, 0, 0));
    assert_false(is_wrong_at(&f, 0, 0, 0, DBL_MIN)); /* what may become 0 */
    assert_true(is_wrong_at(&f, 0, 0, 0, 2 * DBL_MIN));
    /* a gradient of 0, as the difference of two numbers of 0.9 */
    assert_false(is_wrong_at(&f, 0, 1, 0.9, ((2 + 64) * 0.9 + 1) * unit / 8));
    assert_true(is_wrong_at(&f, 0, 1, 0.9, ((2 + 64) * 0.9 + 3) * unit / 8));
    release(&f);
}

/* f64 counts to 2^53; f32 only has to count as far as its digits reach. */
static void the_count_is_exact_in_its_type(void **state)
{
    (void)state;
    enum { NUMBER = (1 << 24) + 1 };
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct fixture f;
        struct ib_update_result result;
        open_fixture(&f, (enum ib_dtype)type, IB_ADAM, 0, HONEST);
        const struct ib_training_spec *spec = &f.problem.oracle.spec;
        const uint32_t count = ib_state_count(spec) - 1;
        double *at = &f.to[ib_state_at(spec, count)];
        *at = NUMBER;
        assert_int_equal(ib_update_check(spec, NUMBER, f.from, f.to, NULL, &result), IB_OK);
        assert_true(result.array != count); /* its moments are those of an early step */
        *at = NUMBER - 1;
        assert_int_equal(ib_update_check(spec, NUMBER, f.from, f.to, NULL, &result), IB_OK);
        assert_int_equal(result.wrong && result.array == count, type == IB_F64);
        release(&f);
    }
}

static bool cannot_show(struct ib_op_args *args, struct ib_expected *operands)
{
    (void)args, (void)operands;
    return false;
}

/* Of Adam: a tenth of the gradient is added to 0.9 of the first moment, from which it is taken. */
static void a_gradient_is_as_large_as_what_it_is_taken_from(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, IB_F64, IB_ADAM, 0.5, HONEST);
    const struct ib_training_spec *spec = &f.problem.oracle.spec;
    const uint64_t n = ib_network_size(&spec->net);
    f.from[1] = -3;
    f.from[n + 1] = 2;
    f.to[n + 1] = -4;
    assert_true(fabs(ib_update_magnitude(spec, f.from, f.to, 1) - (0.5 * 3 + (4 + 0.9 * 2) * 10)) < 1e-9);
    release(&f);
}

/* A mistake that changes nothing explains nothing, not even an update that changes nothing. */
static void a_mistake_that_cannot_show_does_not_fit(void **state)
{
    (void)state;
    static const struct ib_op_mutant mutant = {cannot_show, "does nothing", false};
    struct fixture f;
    struct ib_update_result result;
    open_fixture(&f, IB_F64, IB_MOMENTUM, 0, HONEST);
    const struct ib_training_spec *spec = &f.problem.oracle.spec;
    const uint64_t n = ib_network_size(&spec->net);
    memset(f.from + n, 0, n * sizeof *f.from);
    memcpy(f.to, f.from, 2 * n * sizeof *f.to);
    assert_int_equal(ib_update_check(spec, EPOCH, f.from, f.to, NULL, &result), IB_OK);
    assert_false(result.wrong);
    assert_int_equal(ib_update_check(spec, EPOCH, f.from, f.to, &mutant, &result), IB_OK);
    assert_true(result.wrong);
    release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_updates_pass),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(the_place_of_epsilon_matters),
        cmocka_unit_test(every_element_is_compared),
        cmocka_unit_test(rounding_may_displace_so_many_units),
        cmocka_unit_test(the_count_is_exact_in_its_type),
        cmocka_unit_test(a_gradient_is_as_large_as_what_it_is_taken_from),
        cmocka_unit_test(a_mistake_that_cannot_show_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
