/* Medians and their intervals. */
#include "base/rng.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void median_takes_the_middle(void **state)
{
    (void)state;
    assert_true(ib_median((double[]){3, 1, 2}, 3) == 2);
    assert_true(ib_median((double[]){4, 1, 3, 2}, 4) == 2.5);
    assert_true(ib_median((double[]){5, 1, 4, 2, 3}, 5) == 3);
    assert_true(ib_median((double[]){7}, 1) == 7);
    assert_true(isnan(ib_median(NULL, 0)));
}

/* Few values, so that many are equal; already sorted; and in the other direction. */
static void median_is_that_of_the_sorted_samples(void **state)
{
    (void)state;
    enum { MOST = 200 };
    struct ib_rng rng;
    double samples[MOST];
    ib_rng_seed(&rng, 1);
    for (size_t n = 1; n <= MOST; n++)
        for (int kind = 0; kind < 4; kind++) {
            for (size_t i = 0; i < n; i++)
                samples[i] = kind == 0   ? ib_rng_uniform(&rng)
                             : kind == 1 ? floor(5 * ib_rng_uniform(&rng))
                             : kind == 2 ? (double)i
                                         : -(double)i;
            double *sorted = ib_sorted_copy(samples, n);
            assert_true(ib_median(samples, n) == ib_sorted_median(sorted, n));
            free(sorted);
        }
}

static void minimum_takes_the_least(void **state)
{
    (void)state;
    assert_true(ib_minimum((double[]){3, -1, 2}, 3) == -1);
    assert_true(ib_minimum((double[]){3, 4, 2}, 3) == 2);
    assert_true(isnan(ib_minimum(NULL, 0)));
}

static void deviation_is_that_of_samples(void **state)
{
    (void)state;
    assert_true(fabs(ib_deviation((double[]){2, 4, 4, 4, 5, 5, 7, 9}, 8) - sqrt(32.0 / 7)) < 1e-12);
    assert_true(ib_deviation((double[]){1, 3}, 2) == sqrt(2));
    assert_true(isnan(ib_deviation((double[]){3}, 1)) && isnan(ib_deviation(NULL, 0)));
}

/* As the squares of the samples less that of their mean would. */
static void deviations_of_large_numbers_keep_their_digits(void **state)
{
    (void)state;
    assert_true(fabs(ib_deviation((double[]){1e9, 1e9 + 0.1, 1e9 + 0.2}, 3) - 0.1) < 1e-6);
}

static void input_is_not_changed(void **state)
{
    (void)state;
    const double samples[] = {6, 5, 4, 3, 2, 1};
    double copy[6], low, high;
    memcpy(copy, samples, sizeof copy);
    ib_median(copy, 6);
    ib_median_interval(copy, 6, &low, &high);
    assert_memory_equal(copy, samples, sizeof copy);
}

/* Ranks of the interval's ends for n samples, from the samples n, n-1, ... 1; 0 for none. */
static void ranks(size_t n, double *low, double *high)
{
    double samples[4096];
    for (size_t i = 0; i < n; i++)
        samples[i] = (double)(n - i);
    ib_median_interval(samples, n, low, high);
}

static void interval_has_the_ranks_of_the_tables(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double low, high;
    } known[] = {
        /* sums of binomial coefficients over 2^n, at most 0.025 a side */
        {6, 1, 6}, {8, 1, 8}, {9, 2, 8}, {10, 2, 9}, {15, 4, 12}, {20, 6, 15}, {30, 10, 21}, {100, 40, 61},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double low, high;
        ranks(known[i].n, &low, &high);
        assert_true(low == known[i].low && high == known[i].high);
    }
}

static void few_samples_give_no_interval(void **state)
{
    (void)state;
    for (size_t n = 0; n < 6; n++) {
        double low = 0, high = 0;
        ranks(n, &low, &high);
        assert_true(isnan(low) && isnan(high));
    }
}

/* For every n: coverage of at least 95 %, by adding up the binomial distribution with Pascal's rule, and not
 * with one rank more cut off. */
static void interval_is_the_narrowest_that_covers(void **state)
{
    (void)state;
    double p[201] = {1}; /* p[k] = P(B = k) for n */
    for (size_t n = 1; n <= 200; n++) {
        for (size_t k = n; k > 0; k--)
            p[k] = (p[k] + p[k - 1]) / 2;
        p[0] /= 2;
        if (n < 6)
            continue;
        double low, high, below = 0;
        ranks(n, &low, &high);
        assert_true(low + high == (double)n + 1);
        for (size_t k = 0; k < (size_t)low; k++)
            below += p[k];
        assert_true(1 - 2 * below >= 0.95);
        assert_true(1 - 2 * (below + p[(size_t)low]) < 0.95);
    }
}

/* 2^-n underflows there. Far out, the ranks are those of the normal distribution. */
static void many_samples_work_too(void **state)
{
    (void)state;
    double low, high;
    ranks(4000, &low, &high);
    assert_true(fabs(low - (2000 - 1.96 * sqrt(4000.0) / 2)) < 2);
    assert_true(low + high == 4001);
}

static void trimmed_means_leave_out_both_ends(void **state)
{
    (void)state;
    const double samples[] = {1000, 3, 1, 2, 4, 5, 6, 7, 8, -9};
    assert_true(ib_trimmed_mean(samples, 10, 0.1) == 4.5);
    assert_true(ib_trimmed_mean(samples, 9, 0.1) == 1036.0 / 9);
    assert_true(isnan(ib_trimmed_mean(samples, 0, 0.1)));
    assert_true(isnan(ib_trimmed_mean(samples, 2, 0.5)));
    assert_true(ib_trimmed_mean(samples, 3, 0.4) == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_takes_the_middle),
        cmocka_unit_test(median_is_that_of_the_sorted_samples),
        cmocka_unit_test(minimum_takes_the_least),
        cmocka_unit_test(deviation_is_that_of_samples),
        cmocka_unit_test(deviations_of_large_numbers_keep_their_digits),
        cmocka_unit_test(trimmed_means_leave_out_both_ends),
        cmocka_unit_test(input_is_not_changed),
        cmocka_unit_test(interval_has_the_ranks_of_the_tables),
        cmocka_unit_test(few_samples_give_no_interval),
        cmocka_unit_test(interval_is_the_narrowest_that_covers),
        cmocka_unit_test(many_samples_work_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
