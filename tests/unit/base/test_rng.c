/* Random numbers: known answers, and what their users rely on. */
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Written by Random(42) of tests/golden/network.py. */
static void draws_known_numbers(void **state)
{
    (void)state;
    static const uint64_t expected[] = {0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1,
                                        0xecb8ad4703b360a1};
    struct ib_rng rng;
    ib_rng_seed(&rng, 42);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(ib_rng_u64(&rng) == expected[i]);
}

static void a_seed_starts_afresh(void **state)
{
    (void)state;
    struct ib_rng rng;
    ib_rng_seed(&rng, 1);
    const double first = ib_rng_normal(&rng); /* leaves the second of a pair behind */
    ib_rng_seed(&rng, 1);
    assert_true(ib_rng_normal(&rng) == first);
    ib_rng_seed(&rng, 2);
    assert_true(ib_rng_normal(&rng) != first);
}

static void normal_numbers_have_their_moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct ib_rng rng;
    double sum = 0, square = 0, fourth = 0;
    ib_rng_seed(&rng, 3);
    for (int i = 0; i < N; i++) {
        const double x = ib_rng_normal(&rng);
        sum += x;
        square += x * x;
        fourth += x * x * x * x;
    }
    assert_true(fabs(sum / N) < 0.01);
    assert_true(fabs(square / N - 1) < 0.02);
    assert_true(fabs(fourth / N - 3) < 0.1);
}

static void uniform_numbers_stay_below_one(void **state)
{
    (void)state;
    struct ib_rng rng;
    double low = 1, high = 0;
    ib_rng_seed(&rng, 4);
    for (int i = 0; i < 100000; i++) {
        const double x = ib_rng_uniform(&rng);
        low = fmin(low, x);
        high = fmax(high, x);
    }
    assert_true(low >= 0 && low < 1e-3);
    assert_true(high < 1 && high > 1 - 1e-3);
}

static void below_reaches_every_number_alike(void **state)
{
    (void)state;
    enum { N = 70000 };
    struct ib_rng rng;
    int count[7] = {0};
    ib_rng_seed(&rng, 5);
    for (int i = 0; i < N; i++)
        count[ib_rng_below(&rng, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range(count[i], 9600, 10400);
    for (int i = 0; i < 100; i++)
        assert_true(ib_rng_below(&rng, 1) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_known_numbers),
        cmocka_unit_test(a_seed_starts_afresh),
        cmocka_unit_test(normal_numbers_have_their_moments),
        cmocka_unit_test(uniform_numbers_stay_below_one),
        cmocka_unit_test(below_reaches_every_number_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
