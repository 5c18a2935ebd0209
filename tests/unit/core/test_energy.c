/* How long a counter that advances in steps must be watched. */
#include "core/energy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* What a counter with this step counts in a stretch of this length that begins at a random moment, in units
 * of the true value's time. */
static double counted(double step_ns, double length_ns)
{
    const double begin = drand48() * step_ns;
    return step_ns * (floor((begin + length_ns) / step_ns) - floor(begin / step_ns));
}

/* The share of tries in which n stretches, together of this length, are wrong by more than the error allows.
 */
static double missed(enum ib_energy_source source, uint64_t n, double length_ns)
{
    enum { TRIES = 4000 };
    size_t n_missed = 0;
    for (int t = 0; t < TRIES; t++) {
        double sum = 0;
        for (uint64_t i = 0; i < n; i++)
            sum += counted(ib_energy_step_ns(source), length_ns / (double)n);
        n_missed += fabs(sum - length_ns) > IB_ENERGY_ERROR * length_ns;
    }
    return (double)n_missed / TRIES;
}

static void long_enough_is_right(void **state)
{
    static const uint64_t counts[] = {1, 2, 5, 30, 400};
    (void)state;
    srand48(1);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (int s = IB_ENERGY_PACKAGES; s <= IB_ENERGY_DEVICE; s++) {
            const enum ib_energy_source source = (enum ib_energy_source)s;
            /* Also lengths between whole numbers of steps, which no stretch gets right. */
            for (double longer = 1; longer < 1.05; longer += 0.013)
                assert_true(missed(source, counts[i], longer * ib_energy_least_ns(source, counts[i])) < 0.07);
        }
}

/* Half as long is not enough, so that the limit is no larger than it must be. */
static void half_as_long_is_not(void **state)
{
    (void)state;
    srand48(2);
    assert_true(missed(IB_ENERGY_PACKAGES, 16, 0.5 * ib_energy_least_ns(IB_ENERGY_PACKAGES, 16)) > 0.15);
}

static void ten_rounds(void **state)
{
    (void)state;
    assert_true(fabs(ib_energy_least_ns(IB_ENERGY_DEVICE, 10) / 1e9 - 6.32) < 0.01);
    assert_true(fabs(ib_energy_least_ns(IB_ENERGY_PACKAGES, 10) / 1e6 - 63.2) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_enough_is_right),
        cmocka_unit_test(half_as_long_is_not),
        cmocka_unit_test(ten_rounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
