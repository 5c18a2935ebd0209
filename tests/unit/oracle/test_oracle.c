/* The oracle: its gradients by finite differences, its training by steps of them, and the seed's figures. */
#include "core/loss_schedule.h"
#include "fixtures/problem.h"
#include "verify/tolerance.h"
#include "verify/verify_drifts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance * fmax(1, fabs(b))))
        fail_msg("%.17g is not %.17g", a, b);
}

static struct ib_network network(uint32_t depth, enum ib_act act, enum ib_loss loss)
{
    struct ib_network net = {.n_layers = depth + 1, .act = act, .loss = loss};
    net.width[0] = 3;
    for (uint32_t l = 1; l <= depth; l++)
        net.width[l] = 3 + l % 2;
    net.width[depth + 1] = 2;
    return net;
}

/* ---- gradients ---- */

/* The gradient by parameter i, from losses a little to both sides. */
static double difference(const struct ib_oracle_problem *p, double *params, uint64_t i)
{
    const double step = 1e-6, value = params[i];
    params[i] = value + step;
    const double above = ib_oracle_loss(&p->spec.net, params, p->spec.rows, p->x, p->y);
    params[i] = value - step;
    const double below = ib_oracle_loss(&p->spec.net, params, p->spec.rows, p->x, p->y);
    params[i] = value;
    return (above - below) / (2 * step);
}

static void check_gradient(const struct ib_network *net)
{
    struct test_problem p;
    double gradient[IB_MAX_LAYERS * 20];
    test_problem_random(&p, net, IB_NORMAL, 70, 0, 11);
    const double loss = ib_oracle_gradient(net, p.start, 70, p.x, p.y, gradient);
    assert_true(loss == ib_oracle_loss(net, p.start, 70, p.x, p.y));
    double largest = 0;
    for (uint64_t i = 0; i < ib_network_size(net); i++)
        largest = fmax(largest, fabs(gradient[i]));
    for (uint64_t i = 0; i < ib_network_size(net); i++) {
        const double expected = difference(&p.oracle, p.start, i);
        if (!(fabs(gradient[i] - expected) <= 1e-7 * fmax(largest, 1e-3)))
            fail_msg("depth %u act %d loss %d: gradient %lu is %.10g for %.10g", net->n_layers - 1,
                     (int)net->act, (int)net->loss, (unsigned long)i, gradient[i], expected);
    }
    assert_true(largest > 1e-6);
    test_problem_free(&p);
}

/* out = values W + b of one row */
static void plain_layer(uint64_t in, uint64_t out, const double *w, const double *values, double *z)
{
    for (uint64_t j = 0; j < out; j++) {
        z[j] = w[in * out + j];
        for (uint64_t i = 0; i < in; i++)
            z[j] += values[i] * w[i * out + j];
    }
}

/* The gradient of one row of a network with one hidden layer of tanh, added up. */
static void plain_gradient(const struct ib_network *net, const double *w, const double *x, const double *y,
                           double factor, double *gradient)
{
    const uint64_t in = net->width[0], mid = net->width[1], out = net->width[2];
    const double *w2 = w + (in + 1) * mid;
    double hidden[200], z[200];
    plain_layer(in, mid, w, x, hidden);
    for (uint64_t j = 0; j < mid; j++)
        hidden[j] = tanh(hidden[j]);
    plain_layer(mid, out, w2, hidden, z);
    for (uint64_t k = 0; k < out; k++)
        z[k] = factor * (z[k] - y[k]);
    double *g2 = gradient + (in + 1) * mid;
    for (uint64_t j = 0; j < mid; j++) {
        double delta = 0;
        for (uint64_t k = 0; k < out; k++) {
            delta += z[k] * w2[j * out + k];
            g2[j * out + k] += hidden[j] * z[k];
        }
        delta *= 1 - hidden[j] * hidden[j];
        for (uint64_t i = 0; i < in; i++)
            gradient[i * mid + j] += x[i] * delta;
        gradient[in * mid + j] += delta;
    }
    for (uint64_t k = 0; k < out; k++)
        g2[mid * out + k] += z[k];
}

/* Whatever tiles a network's widths and number of rows make, and what is left of them. */
static void gradients_of_all_widths_are_plain_sums(void **state)
{
    (void)state;
    static const uint64_t widths[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 100};
    static const uint64_t rows[] = {1, 2, 7, 8, 31, 33, 63, 64, 65, 130};
    enum { WIDTHS = sizeof widths / sizeof *widths };
    for (size_t n = 0; n < WIDTHS * 10; n++) {
        const struct ib_network net = {
            2,
            {widths[n % WIDTHS], widths[(n * 5 + n / 12) % WIDTHS], widths[(n * 7 + 3 * (n / 12)) % WIDTHS]},
            IB_TANH,
            IB_MSE};
        const uint64_t size = ib_network_size(&net), r = rows[n % 10];
        struct test_problem p;
        test_problem_random(&p, &net, IB_XAVIER, r, 0, n);
        double *gradient = calloc(2 * size, sizeof *gradient), *expected = gradient + size;
        assert_non_null(gradient);
        ib_oracle_gradient(&net, p.start, r, p.x, p.y, gradient);
        for (uint64_t i = 0; i < r; i++)
            plain_gradient(&net, p.start, p.x + i * net.width[0], p.y + i * net.width[2],
                           2 / (double)(r * net.width[2]), expected);
        for (uint64_t i = 0; i < size; i++)
            assert_near(gradient[i], expected[i], 1e-13);
        free(gradient);
        test_problem_free(&p);
    }
}

static void gradients_are_those_of_the_loss(void **state)
{
    (void)state;
    for (uint32_t depth = 0; depth <= 8; depth++)
        for (int act = IB_RELU; act <= IB_SIGMOID; act++)
            for (int loss = IB_HALF_MSE; loss <= IB_CE; loss++) {
                const struct ib_network net = network(depth, (enum ib_act)act, (enum ib_loss)loss);
                check_gradient(&net);
            }
}

static void losses_are_those_of_the_contract(void **state)
{
    (void)state;
    struct ib_network net = {.n_layers = 1, .width = {1, 2}, .loss = IB_MSE};
    const double params[] = {1, -2, 0.5, 0}, x[] = {2}, y[] = {1, 0}; /* z = 2.5 and -4 */
    assert_near(ib_oracle_loss(&net, params, 1, x, y), (1.5 * 1.5 + 16) / 2, 1e-15);
    net.loss = IB_HALF_MSE;
    assert_near(ib_oracle_loss(&net, params, 1, x, y), (1.5 * 1.5 + 16) / 4, 1e-15);
    net.loss = IB_BCE;
    assert_near(ib_oracle_loss(&net, params, 1, x, y), (log(1 + exp(-2.5)) + log(1 + exp(-4))) / 2, 1e-15);
    net.loss = IB_CE;
    assert_near(ib_oracle_loss(&net, params, 1, x, y), log(1 + exp(-6.5)), 1e-15);
    const double wide[] = {1000, -1000, 0, 0};
    assert_near(ib_oracle_loss(&net, wide, 1, x, y), 0, 1e-15);
    assert_near(ib_oracle_loss(&net, wide, 1, x, (double[]){0, 1}), 4000, 1e-15);
    net.loss = IB_BCE;
    const double far[] = {1000, -1000, 0, 0};
    assert_near(ib_oracle_loss(&net, far, 1, x, y), 0, 1e-15); /* no overflow */
    assert_near(ib_oracle_loss(&net, far, 1, x, (double[]){0, 1}), 2000, 1e-15);
}

/* ---- training ---- */

static struct test_problem small_problem(uint64_t epochs)
{
    const struct ib_network net = network(2, IB_TANH, IB_MSE);
    struct test_problem p;
    test_problem_random(&p, &net, IB_XAVIER, 150, 40, 5);
    p.oracle.spec.lr = 0.05;
    p.oracle.epochs = epochs;
    return p;
}

static struct ib_trajectory train(const struct ib_oracle_problem *problem)
{
    struct ib_trajectory out;
    assert_int_equal(ib_oracle_train(problem, &out), IB_OK);
    return out;
}

static void training_steps_down_the_gradient(void **state)
{
    (void)state;
    struct test_problem p = small_problem(5);
    const uint64_t size = ib_network_size(&p.oracle.spec.net);
    struct ib_trajectory t = train(&p.oracle);
    double *gradient = calloc(size, sizeof *gradient);
    assert_non_null(gradient);
    assert_int_equal(t.size, size);
    assert_int_equal(t.epochs, 5);
    for (uint64_t epoch = 1; epoch <= 5; epoch++) {
        const double loss =
            ib_oracle_gradient(&p.oracle.spec.net, p.start, p.oracle.spec.rows, p.x, p.y, gradient);
        assert_int_equal(t.curve.epoch[epoch - 1], epoch);
        assert_true(t.curve.loss[epoch - 1] == loss);
        for (uint64_t i = 0; i < size; i++)
            p.start[i] -= p.oracle.spec.lr * gradient[i];
    }
    assert_memory_equal(t.params, p.start, size * sizeof *gradient);
    free(gradient);
    ib_trajectory_free(&t);
    test_problem_free(&p);
}

static void losses_are_read_by_the_schedule(void **state)
{
    (void)state;
    const uint64_t lengths[] = {1, 2, 114, 115, 1113, 1500, 5000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct test_problem p = small_problem(lengths[i]);
        p.oracle.spec.rows = 3;
        struct ib_trajectory t = train(&p.oracle);
        uint64_t n = 0;
        for (uint64_t epoch = 1; epoch <= lengths[i]; epoch++)
            if (ib_checks_epoch(epoch, lengths[i]))
                assert_int_equal(t.curve.epoch[n++], epoch);
        assert_int_equal(t.curve.n, n);
        ib_trajectory_free(&t);
        test_problem_free(&p);
    }
}

/* The largest difference of two trajectories' parameters. */
static double parted(const struct ib_trajectory *a, const struct ib_trajectory *b)
{
    double worst = 0;
    for (uint64_t i = 0; i < a->size; i++)
        worst = fmax(worst, fabs(a->params[i] - b->params[i]));
    return worst;
}

static void precision_and_order_show_in_the_last_digits(void **state)
{
    (void)state;
    struct test_problem p = small_problem(100);
    struct ib_trajectory truth = train(&p.oracle);
    p.oracle.arithmetic.reversed = true;
    struct ib_trajectory reversed = train(&p.oracle);
    p.oracle.arithmetic.type = IB_F32;
    struct ib_trajectory reversed_f32 = train(&p.oracle);
    p.oracle.arithmetic.reversed = false;
    struct ib_trajectory f32 = train(&p.oracle);
    for (enum ib_products products = IB_PRODUCTS_TF32; products < IB_PRODUCTS_COUNT; products++) {
        p.oracle.arithmetic.products = products;
        struct ib_trajectory coarse = train(&p.oracle);
        const double least = products == IB_PRODUCTS_BF16 ? 1e-4 : 1e-5;
        assert_true(parted(&truth, &coarse) > least && parted(&truth, &coarse) < 1000 * least);
        ib_trajectory_free(&coarse);
    }
    assert_true(parted(&truth, &reversed) > 0 && parted(&truth, &reversed) < 1e-13);
    assert_true(parted(&truth, &f32) > 1e-9 && parted(&truth, &f32) < 1e-5);
    assert_true(parted(&reversed_f32, &f32) > 0 && parted(&reversed_f32, &f32) < 1e-5);
    ib_trajectory_free(&truth);
    ib_trajectory_free(&reversed);
    ib_trajectory_free(&reversed_f32);
    ib_trajectory_free(&f32);
    test_problem_free(&p);
}

/* The loss of the first step, by the n-th sample of drift in TF32. */
static double drifted_loss(struct test_problem *p, unsigned n)
{
    double loss, sketch[64];
    assert_true(ib_sketch_size(&p->oracle.spec.net) <= sizeof sketch / sizeof *sketch);
    p->oracle.arithmetic = ib_drift_arithmetic(IB_F32, IB_PRODUCTS_TF32, n);
    assert_int_equal(ib_oracle_step(&p->oracle, &loss, sketch), IB_OK);
    return loss;
}

/* To the nearest with the eleven digits of TF32. */
static void round_factors(uint64_t n, double *v)
{
    for (uint64_t i = 0; i < n; i++) {
        int exponent;
        const double fraction = frexp(v[i], &exponent);
        v[i] = ldexp(nearbyint(ldexp(fraction, 11)), exponent - 11);
    }
}

/* Errors that point one way, as those of factors that are cut off, cancel in a sum over few rows about zero;
 * an implementation that rounds to the nearest is off by its own errors all the same. */
static void samples_of_drift_cover_a_step_over_few_rows(void **state)
{
    (void)state;
    enum { ROWS = 10, FEATURES = 5, PROBLEMS = 2000 };
    const struct ib_network net = {.n_layers = 1, .width = {FEATURES, 1}, .loss = IB_HALF_MSE};
    for (uint64_t seed = 1; seed <= PROBLEMS; seed++) {
        struct test_problem p;
        double drift = 0;
        test_problem_random(&p, &net, IB_XAVIER, ROWS, 0, seed);
        const double truth = ib_oracle_problem_loss(&p.oracle);
        for (unsigned n = 0; n < IB_DRIFTS; n++)
            drift = fmax(drift, fabs(drifted_loss(&p, n) - truth) / truth);
        round_factors(ROWS * FEATURES, p.x);
        round_factors(FEATURES, p.start);
        const double error = fabs(ib_oracle_problem_loss(&p.oracle) - truth) / truth;
        assert_true(error <= ib_step_tolerance(IB_F32, IB_PRODUCTS_TF32, ROWS, drift));
        test_problem_free(&p);
    }
}

/* 100000 rows of f32 noise around 1: a plain f32 sum of their squares would be off in the fourth digit. */
static void long_sums_stay_exact_in_f32(void **state)
{
    (void)state;
    enum { ROWS = 300000 };
    const struct ib_network net = {.n_layers = 1, .width = {1, 1}, .loss = IB_HALF_MSE};
    struct test_problem p;
    test_problem_random(&p, &net, IB_ZEROS, ROWS, 0, 1);
    for (uint64_t i = 0; i < ROWS; i++)
        p.y[i] = 1 + 0.01 * p.y[i];
    p.oracle.spec.lr = 0.1;
    p.oracle.epochs = 2;
    struct ib_trajectory truth = train(&p.oracle);
    p.oracle.arithmetic.type = IB_F32;
    struct ib_trajectory f32 = train(&p.oracle);
    assert_near(f32.curve.loss[0], truth.curve.loss[0], 2e-7);
    assert_near(f32.curve.loss[1], truth.curve.loss[1], 2e-7);
    assert_true(parted(&truth, &f32) < 1e-7);
    ib_trajectory_free(&truth);
    ib_trajectory_free(&f32);
    test_problem_free(&p);
}

/* As many epochs as there is time for, of which the last one's loss is read; at a nanosecond none. */
static void the_budget_ends_the_training(void **state)
{
    (void)state;
    struct test_problem p = small_problem(1000000000);
    p.oracle.budget_ns = 20000000;
    struct ib_trajectory t = train(&p.oracle);
    assert_true(t.epochs > 0 && t.epochs < 1000000000);
    assert_int_equal(t.curve.epoch[t.curve.n - 1], t.epochs);
    ib_trajectory_free(&t);
    p.oracle.budget_ns = 1;
    t = train(&p.oracle);
    assert_int_equal(t.epochs, 0);
    assert_int_equal(t.curve.n, 0);
    assert_memory_equal(t.params, p.start, t.size * sizeof *t.params);
    ib_trajectory_free(&t);
    test_problem_free(&p);
}

/* A step is an epoch of which random vectors are kept. */
static void steps_are_epochs(void **state)
{
    (void)state;
    struct test_problem p = small_problem(1);
    const struct ib_network *net = &p.oracle.spec.net;
    double *gradient = calloc(ib_network_size(net), sizeof *gradient);
    double *sketch = calloc(2 * ib_sketch_size(net), sizeof *sketch),
           *expected = sketch + ib_sketch_size(net);
    assert_true(gradient && sketch);
    for (int type = IB_F32; type <= IB_F64; type++)
        for (int reversed = 0; reversed < 2; reversed++) {
            double loss;
            p.oracle.arithmetic.type = (enum ib_dtype)type;
            p.oracle.arithmetic.reversed = reversed;
            struct ib_trajectory t = train(&p.oracle);
            assert_int_equal(ib_oracle_step(&p.oracle, &loss, sketch), IB_OK);
            assert_true(loss == t.curve.loss[0]);
            for (uint64_t i = 0; i < t.size; i++)
                gradient[i] = (p.start[i] - t.params[i]) / p.oracle.spec.lr;
            assert_int_equal(ib_sketch_of(net, gradient, expected), IB_OK);
            for (uint64_t i = 0; i < ib_sketch_size(net); i++)
                assert_near(sketch[i], expected[i], type == IB_F32 ? 1e-4 : 1e-13);
            ib_trajectory_free(&t);
        }
    p.oracle.spec.rows = 0;
    assert_int_equal(ib_oracle_step(&p.oracle, sketch, sketch), IB_EINVAL);
    free(gradient);
    free(sketch);
    test_problem_free(&p);
}

static void diverging_is_no_failure(void **state)
{
    (void)state;
    struct test_problem p = small_problem(400);
    p.oracle.spec.net.act = IB_RELU;
    p.oracle.spec.lr = 50;
    struct ib_trajectory t = train(&p.oracle);
    assert_true(!isfinite(t.curve.loss[t.curve.n - 1]));
    ib_trajectory_free(&t);
    test_problem_free(&p);
}

static void nothing_to_train_is_refused(void **state)
{
    (void)state;
    struct test_problem p = small_problem(0);
    struct ib_trajectory t;
    assert_int_equal(ib_oracle_train(&p.oracle, &t), IB_EINVAL);
    p.oracle.epochs = 1;
    p.oracle.spec.rows = 0;
    assert_int_equal(ib_oracle_train(&p.oracle, &t), IB_EINVAL);
    ib_trajectory_free(&t);
    test_problem_free(&p);
}

/* ---- predictions ---- */

/* Rows are independent of their neighbours, and of where a block of them ends. */
static void predictions_go_row_by_row(void **state)
{
    (void)state;
    enum { ROWS = 131 };
    for (int loss = IB_MSE; loss <= IB_CE; loss++) {
        const struct ib_network net = network(2, IB_SIGMOID, (enum ib_loss)loss);
        struct test_problem p;
        double all[2 * ROWS], one[2], rounded[2 * ROWS];
        test_problem_random(&p, &net, IB_NORMAL, 5, ROWS, 3);
        ib_oracle_predict(&net, p.start, ROWS, p.x_test, all);
        ib_oracle_predict_rounded(&net, p.start, IB_F32, false, ROWS, p.x_test, rounded);
        for (uint64_t i = 0; i < ROWS; i++) {
            ib_oracle_predict(&net, p.start, 1, p.x_test + 3 * i, one);
            assert_memory_equal(all + 2 * i, one, sizeof one);
            assert_near(rounded[2 * i], all[2 * i], 1e-5);
            assert_true(loss < IB_BCE || (all[2 * i] > 0 && all[2 * i] < 1));
            assert_true(loss != IB_CE || fabs(all[2 * i] + all[2 * i + 1] - 1) < 1e-15);
        }
        assert_true(memcmp(all, rounded, sizeof all) != 0);
        test_problem_free(&p);
    }
}

/* ---- the seed's figures ---- */

static void linreg_gives_the_seed_s_error(void **state)
{
    (void)state;
    const struct ib_network net = {.n_layers = 1, .loss = IB_HALF_MSE};
    struct test_problem p;
    if (!test_problem_seed(&p, "real_estate.json", &net, IB_ZEROS, 0))
        skip();
    p.oracle.spec.lr = 0.01;
    p.oracle.epochs = 10000;
    struct ib_trajectory t = train(&p.oracle);
    double predicted[512], mse = 0;
    assert_in_range(p.oracle.spec.test_rows, 1, 512);
    ib_oracle_predict(&p.oracle.spec.net, t.params, p.oracle.spec.test_rows, p.x_test, predicted);
    for (uint64_t i = 0; i < p.oracle.spec.test_rows; i++)
        mse += (predicted[i] - p.y_test[i]) * (predicted[i] - p.y_test[i]) / (double)p.oracle.spec.test_rows;
    assert_near(mse, 59.67785049, 1e-8);
    ib_trajectory_free(&t);
    test_problem_free(&p);
}

static void logreg_gives_the_seed_s_count(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    printf("skipped: takes half a minute under AddressSanitizer; the release build runs it\n");
    skip();
#endif
    const struct ib_network net = {.n_layers = 1, .loss = IB_BCE};
    struct test_problem p;
    if (!test_problem_seed(&p, "spam.json", &net, IB_ZEROS, 0))
        skip();
    p.oracle.spec.lr = 0.01;
    p.oracle.epochs = 10000;
    struct ib_trajectory t = train(&p.oracle);
    double predicted[512];
    int correct = 0;
    assert_in_range(p.oracle.spec.test_rows, 1, 512);
    ib_oracle_predict(&p.oracle.spec.net, t.params, p.oracle.spec.test_rows, p.x_test, predicted);
    for (uint64_t i = 0; i < p.oracle.spec.test_rows; i++)
        correct += (predicted[i] >= 0.5) == (p.y_test[i] >= 0.5);
    assert_int_equal(correct, 364);
    ib_trajectory_free(&t);
    test_problem_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_the_loss),
        cmocka_unit_test(gradients_of_all_widths_are_plain_sums),
        cmocka_unit_test(losses_are_those_of_the_contract),
        cmocka_unit_test(training_steps_down_the_gradient),
        cmocka_unit_test(losses_are_read_by_the_schedule),
        cmocka_unit_test(precision_and_order_show_in_the_last_digits),
        cmocka_unit_test(samples_of_drift_cover_a_step_over_few_rows),
        cmocka_unit_test(long_sums_stay_exact_in_f32),
        cmocka_unit_test(the_budget_ends_the_training),
        cmocka_unit_test(steps_are_epochs),
        cmocka_unit_test(diverging_is_no_failure),
        cmocka_unit_test(nothing_to_train_is_refused),
        cmocka_unit_test(predictions_go_row_by_row),
        cmocka_unit_test(linreg_gives_the_seed_s_error),
        cmocka_unit_test(logreg_gives_the_seed_s_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
