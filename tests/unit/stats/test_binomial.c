/* The binomial distribution at its ends, and the ranks of intervals. */
#include "stats/binomial.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_near(double is, double should)
{
    assert_true(fabs(is - should) <= 1e-12);
}

static void certain_and_impossible_trials(void **state)
{
    (void)state;
    assert_near(ib_binomial_at_most(5, 4, 0), 1);
    assert_near(ib_binomial_at_most(5, 0, 0), 1);
    assert_near(ib_binomial_at_most(5, 4, 1), 0);
    assert_near(ib_binomial_at_most(5, 5, 1), 1);
    assert_near(ib_binomial_at_least(5, 1, 0), 0);
    assert_near(ib_binomial_at_least(5, 5, 1), 1);
    assert_near(ib_binomial_at_least(5, 0, 0), 1);
    assert_near(ib_binomial_at_least(5, 6, 1), 0);
}

static void terms_are_summed_up_to_k(void **state)
{
    (void)state;
    assert_near(ib_binomial_at_most(3, 0, 0.25), 27 / 64.0);
    assert_near(ib_binomial_at_most(3, 1, 0.25), 54 / 64.0);
    assert_near(ib_binomial_at_most(3, 2, 0.25), 63 / 64.0);
    assert_near(ib_binomial_at_least(3, 3, 0.25), 1 / 64.0);
    assert_near(ib_binomial_at_least(3, 1, 0.25), 37 / 64.0);
}

/* The terms of all outcomes add up to a little more or less. */
static void rounding_makes_nothing_more_than_certain(void **state)
{
    (void)state;
    static const double likely[] = {0.0001, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7};
    for (size_t i = 0; i < sizeof likely / sizeof *likely; i++)
        for (size_t n = 1; n < 40; n++) {
            assert_true(ib_binomial_at_most(n, n, likely[i]) == 1);
            assert_true(ib_binomial_at_least(n, 0, likely[i]) == 1);
            for (size_t k = 0; k < n; k++)
                assert_true(ib_binomial_at_most(n, k, likely[i]) <= 1);
        }
}

/* Of 5 trials, none has 1/32, at most one 6/32, at most two 16/32. */
static void as_many_are_cut_off_as_the_tail_allows(void **state)
{
    (void)state;
    assert_int_equal(ib_binomial_trim(5, 0.9 / 32), 0);
    assert_int_equal(ib_binomial_trim(5, 1.1 / 32), 1);
    assert_int_equal(ib_binomial_trim(5, 6.1 / 32), 2);
    assert_int_equal(ib_binomial_trim(1, 0.5), 1); /* exactly */
    assert_int_equal(ib_binomial_trim(5, 1.5), 5);
    assert_int_equal(ib_binomial_trim(0, 0.5), 0);
}

/* With no success of n, the upper end solves (1 - p)^n = tail. */
static void the_ends_of_proportions(void **state)
{
    (void)state;
    double low, high;
    ib_clopper_pearson(10, 0, 0.95, &low, &high);
    assert_near(low, 0);
    assert_near(high, 1 - pow(0.025, 0.1));
    ib_clopper_pearson(10, 10, 0.95, &low, &high);
    assert_near(low, pow(0.025, 0.1));
    assert_near(high, 1);
    ib_clopper_pearson(0, 0, 0.95, &low, &high);
    assert_true(low == 0 && high == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certain_and_impossible_trials),
        cmocka_unit_test(terms_are_summed_up_to_k),
        cmocka_unit_test(rounding_makes_nothing_more_than_certain),
        cmocka_unit_test(as_many_are_cut_off_as_the_tail_allows),
        cmocka_unit_test(the_ends_of_proportions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
