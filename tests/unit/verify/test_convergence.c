/* What a loss curve looks like at its end. */
#include "verify/convergence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { N = 400 };

/* The judgement on a curve of N epochs. */
static enum ib_convergence of(double (*loss)(double epoch))
{
    uint64_t epoch[N];
    double losses[N];
    for (uint64_t i = 0; i < N; i++) {
        epoch[i] = i + 1;
        losses[i] = loss((double)(i + 1));
    }
    return ib_convergence_of(&(struct ib_curve){N, epoch, losses});
}

static double settled(double e)
{
    return 1 + exp(-e / 10);
}

static double falling(double e)
{
    return exp(-e / 200);
}

static double constant(double e)
{
    (void)e;
    return 0.7;
}

static double rising(double e)
{
    return 1 + e / 1000;
}

static double to_nan(double e)
{
    return e > 350 ? NAN : 1 / e;
}

static double nan_in_between(double e)
{
    return e == 100 ? NAN : 1 / e;
}

static double between_two_points(double e)
{
    return 2 / e + (fmod(e, 2) == 0 ? 0.5 : 0.4);
}

/* Rounding at the end of a fit without remainder turns back at every other step, but of nothing. */
static double jitter_around_nothing(double e)
{
    return exp(-e) + 1e-14 * (2 + sin(5 * e));
}

static double slight_jitter(double e)
{
    return 1 + 10 / e + 1e-6 * sin(5 * e);
}

static double one_ulp_up(double e)
{
    return e > 1 ? nextafter(log(2), 1) : log(2);
}

static double waves_while_falling(double e)
{
    return exp(-e / 50) * (1.2 + sin(5 * e));
}

static void curves_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(of(settled), IB_CONVERGED);
    assert_int_equal(of(constant), IB_CONVERGED);
    assert_int_equal(of(falling), IB_IMPROVING);
    assert_int_equal(of(rising), IB_DIVERGED);
    assert_int_equal(of(to_nan), IB_DIVERGED);
    assert_int_equal(of(nan_in_between), IB_DIVERGED);
    assert_int_equal(of(between_two_points), IB_OSCILLATING);
    assert_int_equal(of(waves_while_falling), IB_OSCILLATING);
}

static void rounding_is_no_oscillation(void **state)
{
    (void)state;
    assert_int_equal(of(jitter_around_nothing), IB_CONVERGED);
    assert_int_equal(of(slight_jitter), IB_IMPROVING);
    assert_int_equal(of(one_ulp_up), IB_CONVERGED);
}

/* Only the last 64 epochs decide, however rarely the ones before were read. */
static void old_waves_do_not_count(void **state)
{
    (void)state;
    uint64_t epoch[120];
    double loss[120];
    for (uint64_t i = 0; i < 120; i++) {
        epoch[i] = i < 50 ? i + 1 : i < 56 ? (i - 50) * 10000 + 51 : 100000 - 119 + i;
        loss[i] = i < 56 ? 2 + (double)(i % 2) : 1;
    }
    assert_int_equal(ib_convergence_of(&(struct ib_curve){120, epoch, loss}), IB_CONVERGED);
}

static void short_curves_say_what_they_can(void **state)
{
    (void)state;
    uint64_t epoch[] = {1, 2, 3};
    assert_int_equal(ib_convergence_of(&(struct ib_curve){0}), 0);
    assert_int_equal(ib_convergence_of(&(struct ib_curve){1, epoch, (double[]){1}}), 0);
    assert_int_equal(ib_convergence_of(&(struct ib_curve){2, epoch, (double[]){1, 0.5}}), IB_IMPROVING);
    assert_int_equal(ib_convergence_of(&(struct ib_curve){2, epoch, (double[]){1, 2}}), IB_DIVERGED);
    assert_int_equal(ib_convergence_of(&(struct ib_curve){3, epoch, (double[]){1, 0.5, 0.7}}),
                     IB_OSCILLATING);
}

static void words_name_all_of_them(void **state)
{
    (void)state;
    assert_string_equal(ib_word_of(ib_convergence_words, IB_CONVERGED), "converged");
    assert_string_equal(ib_word_of(ib_convergence_words, IB_IMPROVING), "improving");
    assert_string_equal(ib_word_of(ib_convergence_words, IB_OSCILLATING), "oscillating");
    assert_string_equal(ib_word_of(ib_convergence_words, IB_DIVERGED), "diverged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_are_told_apart),  cmocka_unit_test(rounding_is_no_oscillation),
        cmocka_unit_test(old_waves_do_not_count), cmocka_unit_test(short_curves_say_what_they_can),
        cmocka_unit_test(words_name_all_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
