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

/* ---- where the limits are ---- */

/* The judgement on N losses, which begin with `first` and then follow `next`, but for some. */
struct exception {
    uint64_t epoch;
    double loss;
};

static enum ib_convergence judge(double first, double next, const struct exception *exceptions, size_t n)
{
    uint64_t epoch[N];
    double losses[N];
    for (uint64_t i = 0; i < N; i++) {
        epoch[i] = i + 1;
        losses[i] = i ? next : first;
    }
    for (size_t i = 0; i < n; i++)
        losses[exceptions[i].epoch - 1] = exceptions[i].loss;
    return ib_convergence_of(&(struct ib_curve){N, epoch, losses});
}

/* As losses from this epoch on, falling from `before`. */
static enum ib_convergence falling_at(uint64_t at, double first, double before, double after)
{
    struct exception exceptions[N];
    size_t n = 0;
    for (uint64_t e = 2; e < at; e++)
        exceptions[n++] = (struct exception){e, before};
    return judge(first, after, exceptions, n);
}

static void a_rise_within_a_millionth_is_rounding(void **state)
{
    (void)state;
    const struct exception end[] = {{N, 1 + 1e-6}}, beyond[] = {{N, 1 + 1.1e-6}};
    assert_int_equal(judge(1, 1, end, 1), IB_CONVERGED);
    assert_int_equal(judge(1, 1, beyond, 1), IB_DIVERGED);
    const struct exception small[] = {{N, 0.00101}}; /* it is relative to the first */
    assert_int_equal(judge(0.001, 0.001, small, 1), IB_DIVERGED);
    const struct exception first[] = {{1, NAN}};
    assert_int_equal(judge(1, 1, first, 1), IB_DIVERGED);
}

/* Of 400 epochs the last 40: an improvement before them is over. */
static void the_last_tenth_decides(void **state)
{
    (void)state;
    assert_int_equal(falling_at(361, 2, 1.01, 1), IB_IMPROVING);
    assert_int_equal(falling_at(360, 2, 1.01, 1), IB_CONVERGED);
    assert_int_equal(falling_at(N, 2, 1.01, 1), IB_IMPROVING);
    assert_int_equal(falling_at(390, 2, 1.0011, 1), IB_IMPROVING);
    assert_int_equal(falling_at(390, 2, 1.0009, 1), IB_CONVERGED);
    assert_int_equal(falling_at(390, 2000, 1000, 999), IB_CONVERGED); /* just a thousandth */
    assert_int_equal(falling_at(390, 2000, 1000, 998), IB_IMPROVING);
}

/* Nothing is a billionth of the first loss. */
static void an_improvement_of_nothing_is_none(void **state)
{
    (void)state;
    assert_int_equal(falling_at(390, 1000, 2e-6, 1e-6), IB_IMPROVING);
    assert_int_equal(falling_at(390, 1000, 1e-9, 0.5e-9), IB_CONVERGED);
    assert_int_equal(falling_at(390, 0.001, 1e-9, 0.5e-9), IB_IMPROVING);
}

/* Waves of 1e-4, which are not material, and one loss that is, 63 or 64 epochs before the last. */
static enum ib_convergence waves_with_a_peak(uint64_t before_last)
{
    struct exception waves[N];
    for (uint64_t e = 2; e <= N; e++)
        waves[e - 2] = (struct exception){e, N - e == before_last ? 1.5 : e % 2 ? 1 : 1 - 1e-4};
    return judge(2, 1, waves, N - 1);
}

static void the_last_64_epochs_decide_on_waves(void **state)
{
    (void)state;
    assert_int_equal(waves_with_a_peak(63), IB_OSCILLATING);
    assert_int_equal(waves_with_a_peak(64), IB_CONVERGED);
}

static enum ib_convergence of_losses(const double *losses, uint64_t n)
{
    uint64_t epoch[20];
    double copy[20];
    for (uint64_t i = 0; i < n; i++) {
        epoch[20 - n + i] = i + 1;
        copy[20 - n + i] = losses[i];
    }
    return ib_convergence_of(&(struct ib_curve){n, epoch + 20 - n, copy + 20 - n});
}

/* Of twelve losses ten may be turning points: three are 30 %, four are more. */
static void over_30_percent_must_turn(void **state)
{
    (void)state;
    const double three[] = {20, 18, 19, 17, 18, 18.1, 18.2, 18.3, 18.4, 18.5, 18.6, 18.7},
                 four[] = {20, 18, 19, 17, 18, 17, 16, 15, 14, 13, 12, 11};
    assert_int_equal(of_losses(three, 12), IB_CONVERGED);
    assert_int_equal(of_losses(four, 12), IB_OSCILLATING);
}

/* A staircase: no change is no change of direction. */
static void steps_are_no_waves(void **state)
{
    (void)state;
    const double stairs[] = {9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 3};
    assert_int_equal(of_losses(stairs, 12), IB_IMPROVING);
}

/* Waves of a thousandth of the median are just not material. */
static void waves_must_be_material(void **state)
{
    (void)state;
    double waves[10];
    for (int i = 0; i < 10; i++)
        waves[i] = i % 2 ? 999.5 : 1000.5;
    assert_int_equal(of_losses(waves, 10), IB_CONVERGED);
    for (int i = 0; i < 10; i++)
        waves[i] = i % 2 ? 999.4 : 1000.6;
    assert_int_equal(of_losses(waves, 10), IB_OSCILLATING);
}

/* Nor are those of less than a billionth of the first loss, however large for themselves. */
static void waves_of_nothing_are_none(void **state)
{
    (void)state;
    struct exception waves[N];
    for (uint64_t e = 2; e <= N; e++)
        waves[e - 2] = (struct exception){e, e % 2 ? 1e-9 : 1.5e-9};
    assert_int_equal(judge(1000, 0, waves, N - 1), IB_CONVERGED);
    assert_int_equal(judge(0.001, 0, waves, N - 1), IB_OSCILLATING);
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
        cmocka_unit_test(curves_are_told_apart),
        cmocka_unit_test(rounding_is_no_oscillation),
        cmocka_unit_test(old_waves_do_not_count),
        cmocka_unit_test(a_rise_within_a_millionth_is_rounding),
        cmocka_unit_test(the_last_tenth_decides),
        cmocka_unit_test(an_improvement_of_nothing_is_none),
        cmocka_unit_test(the_last_64_epochs_decide_on_waves),
        cmocka_unit_test(over_30_percent_must_turn),
        cmocka_unit_test(steps_are_no_waves),
        cmocka_unit_test(waves_must_be_material),
        cmocka_unit_test(waves_of_nothing_are_none),
        cmocka_unit_test(short_curves_say_what_they_can),
        cmocka_unit_test(words_name_all_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
