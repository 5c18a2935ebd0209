/* The rules for one epoch alone, each on a step made by hand: what rounding may lose, what drift excuses, and
 * what is not judged. */
#include "fixtures/made_step.h"
#include "verify/tolerance.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DIGIT ((double)FLT_EPSILON)

static const struct ib_network layers = {2, {3, 2, 4}, IB_TANH, IB_MSE}, line = {1, {1, 1}, 0, IB_MSE},
                               outputs = {1, {1, 2}, 0, IB_MSE};

static void fill(double *v, uint64_t n, double value)
{
    for (uint64_t i = 0; i < n; i++)
        v[i] = value;
}

/* ---- what rounding the parameters loses ---- */

/* Element `at` is 1, all others almost 0, so that it alone may be off: by a digit of it, at this rate 100
 * digits of the gradient. */
static struct ib_step_result off_by_digits(enum ib_dtype type, uint64_t at, double digits)
{
    struct made_step m;
    made_step_open(&m, &layers, type, 0.01);
    fill(m.from, MADE_STEP_PARAMS, 1e-6);
    fill(m.gradient, MADE_STEP_PARAMS, 1e-3);
    m.from[at] = 1;
    m.off[at] = digits * DIGIT;
    const struct ib_step_result result = made_step_check(&m);
    made_step_close(&m);
    return result;
}

static void each_parameter_may_be_off_by_a_digit(void **state)
{
    (void)state;
    uint64_t at = 0;
    for (uint32_t p = 0; p < ib_network_params(&layers); p++)
        for (uint64_t i = 0; i < ib_network_param_size(&layers, p); i++, at++) {
            struct ib_step_result result = off_by_digits(IB_F32, at, 90);
            assert_true(result.judged && !result.wrong && result.update_error == 0);
            result = off_by_digits(IB_F32, at, 120);
            assert_true(result.wrong && !result.loss_wrong);
            for (uint32_t other = 0; other < ib_network_params(&layers); other++)
                assert_int_equal(result.param_wrong[other], other == p);
            if (p % 2 == 0) {
                assert_int_equal(result.worst_row[p / 2], i / ib_network_param_cols(&layers, p));
                assert_int_equal(result.worst_column[p / 2], i % ib_network_param_cols(&layers, p));
            }
            assert_true(off_by_digits(IB_F64, at, 1).wrong); /* its digits are others */
        }
}

/* Of a parameter that grows from 0.9 to 1: a digit of 1, and the tolerance of 8 digits of the gradient, 0.1.
 */
static void a_digit_is_that_of_the_larger_parameter(void **state)
{
    (void)state;
    struct made_step m;
    made_step_open(&m, &line, IB_F32, 0.01);
    m.from[1] = 0.9;
    m.gradient[1] = -10;
    m.off[1] = -175 * DIGIT;
    assert_false(made_step_check(&m).wrong);
    m.off[1] = -185 * DIGIT;
    assert_true(made_step_check(&m).wrong);
    made_step_close(&m);
}

/* Two digits of the first gradient, as errors of outputs that were near 50. */
static void residuals_are_as_exact_as_the_first_gradient(void **state)
{
    (void)state;
    struct made_step m;
    made_step_open(&m, &outputs, IB_F32, 0.01);
    fill(m.gradient, 4, 1e-3);
    m.step.first_gradient = 50;
    m.off[3] = 95 * DIGIT;
    assert_false(made_step_check(&m).wrong);
    m.off[3] = 105 * DIGIT;
    assert_true(made_step_check(&m).wrong);
    made_step_close(&m);
}

/* Errors of 200 weights add up like those of a walk, not one to the other: to at most 8 deviations. */
static void roundings_do_not_all_point_one_way(void **state)
{
    (void)state;
    const struct ib_network wide = {1, {200, 1}, 0, IB_MSE};
    double vectors[200 * IB_SKETCH_VECTORS], all = 0;
    struct made_step m;
    made_step_open(&m, &wide, IB_F32, 10);
    ib_sketch_vectors(&wide, 0, IB_SKETCH_COLUMNS, vectors);
    fill(m.from, 200, 0.01);
    fill(m.gradient, 200, 1e-6);
    for (int share = 60; share <= 90; share += 30) {
        all = 0;
        for (uint64_t i = 0; i < 200; i++) {
            const double v = vectors[i * IB_SKETCH_VECTORS];
            all += fabs(v);
            m.off[i] = copysign(share / 100.0 * 0.001 * DIGIT, v);
        }
        const struct ib_step_result result = made_step_check(&m);
        assert_true(0.6 * all < 8 * sqrt(200) && 0.9 * all > 8 * sqrt(200));
        assert_int_equal(result.wrong, share == 90);
    }
    made_step_close(&m);
}

/* A part is as large as its largest element, over the root of the number of products in it. */
static void gradients_are_as_large_as_their_parts(void **state)
{
    (void)state;
    const struct ib_network net = {2, {4, 9, 16}, IB_TANH, IB_MSE};
    double sketch[(4 + 9 + 9 + 16) * IB_SKETCH_VECTORS + 9 + 16];
    assert_int_equal(ib_sketch_size(&net), sizeof sketch / sizeof *sketch);
    uint64_t first = 0;
    for (uint32_t layer = 0; layer < 2; layer++)
        for (int kind = 0; kind < IB_SKETCH_PARTS; kind++) {
            const uint64_t n = ib_sketch_part_size(&net, layer, (enum ib_sketch_part)kind);
            const double root = kind == IB_SKETCH_ROWS      ? 3 + layer
                                : kind == IB_SKETCH_COLUMNS ? 2 + layer
                                                            : 1;
            for (uint64_t at = first; at < first + n; at += n - 1) { /* the first and the last */
                memset(sketch, 0, sizeof sketch);
                sketch[at] = -0.75;
                assert_true(ib_step_magnitude(&net, sketch) == 0.75 / root);
            }
            first += n;
        }
}

/* ---- drift ---- */

/* Eight times the drift, relative to the largest bias. */
static void drift_excuses_eight_times_as_much(void **state)
{
    (void)state;
    struct made_step m;
    made_step_open(&m, &outputs, IB_F64, 0.1);
    m.gradient[2] = 1;
    m.drift[3] = -1e-3;
    m.off[2] = 7.9e-3;
    assert_false(made_step_check(&m).wrong);
    m.off[2] = 8.1e-3;
    const struct ib_step_result result = made_step_check(&m);
    assert_true(result.wrong && result.param_wrong[1] && !result.param_wrong[0]);
    assert_true(fabs(result.update_error - 8.1e-3) < 1e-9);
    made_step_close(&m);
}

/* Biases are few, and may nearly vanish where weights do not. */
static void biases_are_as_exact_as_the_weights(void **state)
{
    (void)state;
    struct made_step m;
    made_step_open(&m, &line, IB_F64, 0.1);
    m.gradient[0] = 1000;
    m.gradient[1] = 1e-9;
    m.off[1] = 1e-8;
    assert_false(made_step_check(&m).wrong);
    m.gradient[0] = 1e-9;
    assert_true(made_step_check(&m).wrong);
    made_step_close(&m);
}

static void weights_are_as_exact_as_the_largest_of_them(void **state)
{
    (void)state;
    const struct ib_network two = {1, {2, 1}, 0, IB_MSE};
    struct made_step m;
    made_step_open(&m, &two, IB_F64, 0.1);
    m.gradient[0] = 1e-9;
    m.gradient[1] = 1000;
    m.off[0] = 1e-8;
    assert_false(made_step_check(&m).wrong);
    m.gradient[1] = 1e-9;
    assert_true(made_step_check(&m).wrong);
    made_step_close(&m);
}

/* 8 * 0.0125 is a tenth. The drift of the weights, which do not move, is no measure of anything. */
static void a_drift_beyond_a_tenth_is_not_judged(void **state)
{
    (void)state;
    struct made_step m;
    made_step_open(&m, &outputs, IB_F64, 0.1);
    m.gradient[2] = 1;
    m.drift[0] = 1;
    m.drift[3] = 0.0125;
    assert_true(made_step_check(&m).judged);
    m.drift[3] = nextafter(0.0125, 1);
    assert_false(made_step_check(&m).judged);
    made_step_close(&m);
}

/* ---- losses ---- */

static struct ib_step_result with_loss(enum ib_dtype type, double loss, double truth, double drift,
                                       double first)
{
    struct made_step m;
    made_step_open(&m, &line, type, 0.1);
    m.step.loss = loss;
    m.step.truth.loss = truth;
    m.step.drift.loss = drift;
    m.step.first_loss = first;
    const struct ib_step_result result = made_step_check(&m);
    assert_int_equal(result.wrong, result.loss_wrong);
    made_step_close(&m);
    return result;
}

static void a_loss_may_be_off_by_eight_times_its_drift(void **state)
{
    (void)state;
    assert_false(with_loss(IB_F64, 1 + 0x1p-17, 1, 1 + 0x1p-20, 1).wrong); /* just */
    assert_true(with_loss(IB_F64, 1 + 0x1p-17 + 0x1p-40, 1, 1 + 0x1p-20, 1).wrong);
    assert_true(with_loss(IB_F64, 1 + 0x1p-17, 1, 1, 1).wrong);
    assert_true(with_loss(IB_F64, NAN, 1, 1, 1).wrong);
    assert_true(with_loss(IB_F64, 1 + 0x1p-17, 1, 1, 1).loss_error == 0x1p-17);
}

static void a_small_loss_is_as_exact_as_a_digit_of_the_first(void **state)
{
    (void)state;
    for (enum ib_dtype type = IB_F32; type <= IB_F64; type++) {
        const double digit = 4 * (type == IB_F64 ? DBL_EPSILON : DIGIT), small = 1e-3 * digit;
        const double allowed = digit * ib_step_tolerance(type, IB_PRODUCTS_F32, 1, 0);
        assert_false(with_loss(type, small + 0.9 * allowed, small, small, 4).wrong);
        assert_true(with_loss(type, small + 1.1 * allowed, small, small, 4).wrong);
    }
}

/* Of few rows, errors of the outputs do not average out: 4 digits of the root of the loss and the first one,
 * and the tolerance of 8 digits. */
static void a_loss_of_a_batch_is_as_exact_as_its_root(void **state)
{
    (void)state;
    for (uint64_t batch = 0; batch <= 1; batch++) {
        struct made_step m;
        made_step_open(&m, &line, IB_F32, 0.1);
        m.spec.batch = batch;
        m.step.first_loss = 0x1p20;
        m.step.loss = 1 + (4 * 0x1p10 + 8 - 4) * DIGIT;
        assert_int_equal(made_step_check(&m).loss_wrong, batch == 0);
        m.step.loss = 1 + (4 * 0x1p10 + 8 + 4) * DIGIT;
        assert_true(made_step_check(&m).loss_wrong);
        made_step_close(&m);
    }
}

static void a_loss_that_the_type_cannot_hold_is_not_compared(void **state)
{
    (void)state;
    assert_true(with_loss(IB_F32, 1, FLT_MAX, (double)FLT_MAX, 1).loss_wrong);
    assert_true(isnan(with_loss(IB_F32, 1, FLT_MAX, 2.0 * (double)FLT_MAX, 1).loss_error));
    assert_true(with_loss(IB_F64, 1, FLT_MAX, 2.0 * (double)FLT_MAX, 1).loss_wrong ==
                false); /* by its drift */
    struct made_step m;
    made_step_open(&m, &line, IB_F32, 0.1);
    m.spec.rows = 1000; /* whose sum it is not to exceed */
    m.step.truth.loss = m.step.drift.loss = (double)FLT_MAX / 999;
    assert_true(isnan(made_step_check(&m).loss_error));
    made_step_close(&m);
}

/* ---- what is too large ---- */

static bool is_compared(const struct ib_network *net, enum ib_dtype type, double from, double gradient)
{
    struct made_step m;
    made_step_open(&m, net, type, 0.1);
    m.from[0] = from;
    m.gradient[ib_network_size(net) - 1] = gradient; /* a bias */
    const struct ib_step_result result = made_step_check(&m);
    made_step_close(&m);
    return !isnan(result.update_error);
}

static void several_layers_multiply_their_parameters(void **state)
{
    (void)state;
    const double safe = ib_largest_safe(IB_F32);
    assert_true(is_compared(&layers, IB_F32, safe, 1));
    assert_false(is_compared(&layers, IB_F32, nextafter(safe, INFINITY), 1));
    assert_true(is_compared(&line, IB_F32, safe * safe, 1));
    assert_false(is_compared(&line, IB_F32, 2 * safe * safe, 1));
    assert_true(is_compared(&layers, IB_F64, 1e20, 1));
    assert_false(is_compared(&layers, IB_F64, NAN, 1));
}

static void gradients_must_be_safe_as_well(void **state)
{
    (void)state;
    const double safe = ib_largest_safe(IB_F32);
    assert_true(is_compared(&layers, IB_F32, 1, safe * safe));
    assert_false(is_compared(&layers, IB_F32, 1, 2 * safe * safe));
    assert_false(is_compared(&layers, IB_F32, 1, NAN));
}

static void an_infinite_loss_is_not_compared(void **state)
{
    (void)state;
    const struct ib_step_result result = with_loss(IB_F64, INFINITY, INFINITY, INFINITY, 1);
    assert_true(!result.judged && !result.wrong && isnan(result.update_error) && isnan(result.loss_error));
}

/* ---- doubt ---- */

/* The last bias' update off by this share, and the loss by another. */
static struct ib_step_result with_share(const struct ib_network *net, double share, double loss)
{
    struct made_step m;
    made_step_open(&m, net, IB_F64, 0.1);
    const uint64_t last = ib_network_size(net) - 1;
    m.gradient[last] = 1;
    m.off[last] = share;
    m.step.loss = loss;
    const struct ib_step_result result = made_step_check(&m);
    made_step_close(&m);
    assert_true(result.wrong);
    return result;
}

/* A sample whose gradient a ReLU lets through, or not. */
static void a_small_error_behind_a_relu_is_doubtful(void **state)
{
    (void)state;
    const struct ib_network relu = {2, {1, 1, 1}, IB_RELU, IB_MSE}, smooth = {2, {1, 1, 1}, IB_TANH, IB_MSE},
                            single = {1, {1, 1}, IB_RELU, IB_MSE};
    assert_true(with_share(&relu, 0.09, 1).doubtful);
    assert_false(with_share(&relu, 0.11, 1).doubtful);
    assert_false(with_share(&relu, 0.09, 2).doubtful);
    assert_false(with_share(&smooth, 0.09, 1).doubtful);
    assert_false(with_share(&single, 0.09, 1).doubtful);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_parameter_may_be_off_by_a_digit),
        cmocka_unit_test(a_digit_is_that_of_the_larger_parameter),
        cmocka_unit_test(residuals_are_as_exact_as_the_first_gradient),
        cmocka_unit_test(roundings_do_not_all_point_one_way),
        cmocka_unit_test(gradients_are_as_large_as_their_parts),
        cmocka_unit_test(drift_excuses_eight_times_as_much),
        cmocka_unit_test(biases_are_as_exact_as_the_weights),
        cmocka_unit_test(weights_are_as_exact_as_the_largest_of_them),
        cmocka_unit_test(a_drift_beyond_a_tenth_is_not_judged),
        cmocka_unit_test(a_loss_may_be_off_by_eight_times_its_drift),
        cmocka_unit_test(a_small_loss_is_as_exact_as_a_digit_of_the_first),
        cmocka_unit_test(a_loss_of_a_batch_is_as_exact_as_its_root),
        cmocka_unit_test(a_loss_that_the_type_cannot_hold_is_not_compared),
        cmocka_unit_test(several_layers_multiply_their_parameters),
        cmocka_unit_test(gradients_must_be_safe_as_well),
        cmocka_unit_test(an_infinite_loss_is_not_compared),
        cmocka_unit_test(a_small_error_behind_a_relu_is_doubtful),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
