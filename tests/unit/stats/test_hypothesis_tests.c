/* Tests of medians and means by hand: every choice of signs, and what each sample counts. SciPy's answers are
 * in test_confidence_interval.c. */
#include "stats/hypothesis_tests.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_near(double is, double should)
{
    if (!(fabs(is - should) <= 1e-12))
        fail_msg("%.17g, should be %.17g", is, should);
}

/* ---- the sign test ---- */

static void what_lies_on_the_limit_is_not_above_it(void **state)
{
    (void)state;
    assert_near(ib_sign_test((double[]){2, 2, 3}, 3, 2, 1), 7 / 8.0);
    assert_near(ib_sign_test((double[]){3, 3, 2}, 3, 2, 1), 4 / 8.0);
    assert_near(ib_sign_test((double[]){1, 2, 2}, 3, 2, 1), 1);
}

/* Eight of ten are 3 above the middle; with an inflation of 4 half as many, so 6.5: P(B >= 6) = 386/1024. */
static void inflation_moves_counts_to_the_middle(void **state)
{
    (void)state;
    const double samples[] = {1, 1, 1, 1, 0, 1, 1, 1, 1, 0};
    assert_near(ib_sign_test(samples, 10, 0.5, 1), 56 / 1024.0);
    assert_near(ib_sign_test(samples, 10, 0.5, 4), 386 / 1024.0);
}

/* Otherwise few samples above the limit would look like more of them: P(B >= 2) = 1013/1024. */
static void inflation_leaves_counts_below_the_middle(void **state)
{
    (void)state;
    const double samples[] = {0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
    assert_near(ib_sign_test(samples, 10, 0.5, 1), 1013 / 1024.0);
    assert_near(ib_sign_test(samples, 10, 0.5, 4), 1013 / 1024.0);
}

static void no_samples_prove_nothing(void **state)
{
    (void)state;
    const double samples[] = {1};
    assert_true(ib_sign_test(samples, 0, 0, 1) == 1);
    assert_true(ib_signed_rank_test(samples, 0, 0) == 1);
    assert_true(ib_sign_flip_test(samples, 0, 0) == 1);
    assert_near(ib_sign_test(samples, 1, 0, 1), 0.5);
    assert_near(ib_signed_rank_test(samples, 1, 0), 0.5);
    assert_near(ib_sign_flip_test(samples, 1, 0), 0.5);
}

/* ---- signed ranks and sign flips ---- */

/* All 2^n choices of signs, with ties and with samples on the limit. */
static void signed_ranks_are_exact_with_ties(void **state)
{
    (void)state;
    const double samples[] = {1, -1, 2, 2, -2, 3, 0, 3, 3, -1};
    const double twice_rank[] = {4, 4, 10, 10, 10, 16, 16, 16, 4}; /* of 1 1 2 2 2 3 3 3 1, without the 0 */
    const double sum = 10 + 10 + 16 + 16 + 16 + 4;
    int as_large = 0;
    for (int signs = 0; signs < 512; signs++) {
        double other = 0;
        for (int i = 0; i < 9; i++)
            other += signs >> i & 1 ? twice_rank[i] : 0;
        as_large += other >= sum;
    }
    assert_near(ib_signed_rank_test(samples, 10, 0), as_large / 512.0);
}

/* All 2^n choices of signs; the largest of ten counts only as much as the next. */
static void sign_flips_are_exact(void **state)
{
    (void)state;
    const double samples[] = {1, -1, 2, 2, -2, 3, 900, 5, 4, -1, 0};
    const double sizes[] = {1, 1, 2, 2, 2, 3, 5, 5, 4, 1}; /* without the 0; in fiftieths of 5: whole ones */
    const double sum = 1 + 2 + 2 + 3 + 5 + 5 + 4;
    int as_large = 0;
    for (int signs = 0; signs < 1024; signs++) {
        double other = 0;
        for (int i = 0; i < 10; i++)
            other += signs >> i & 1 ? sizes[i] : 0;
        as_large += other >= sum;
    }
    assert_near(ib_sign_flip_test(samples, 11, 0), as_large / 1024.0);
}

/* 0.995 of 1 is 49.75 fiftieths, as much as 50: of four choices three have a sum of 50 or more. */
static void sizes_are_rounded_to_fiftieths(void **state)
{
    (void)state;
    assert_near(ib_sign_flip_test((double[]){1, -0.995}, 2, 0), 3 / 4.0);
    assert_near(ib_sign_flip_test((double[]){1, -0.985}, 2, 0), 2 / 4.0);
}

/* The deviations count, not the samples: 1 above the limit and 2 below it. */
static void both_tests_are_about_the_limit(void **state)
{
    (void)state;
    const double samples[] = {11, 8};
    assert_near(ib_signed_rank_test(samples, 2, 10), 3 / 4.0);
    assert_near(ib_sign_flip_test(samples, 2, 10), 3 / 4.0);
    assert_near(ib_signed_rank_test(samples, 2, 7), 1 / 4.0);
    assert_near(ib_sign_flip_test(samples, 2, 7), 1 / 4.0);
}

/* Where every sample is below the limit, all choices of signs count, however their shares are rounded. */
static void certainty_is_not_exceeded(void **state)
{
    (void)state;
    double samples[100];
    for (size_t n = 1; n <= 100; n++) {
        samples[n - 1] = -(double)n;
        assert_true(ib_signed_rank_test(samples, n, 0) <= 1);
        assert_true(ib_sign_flip_test(samples, n, 0) <= 1);
        assert_near(ib_signed_rank_test(samples, n, 0), 1);
        assert_near(ib_sign_flip_test(samples, n, 0), 1);
    }
}

/* ---- many tests ---- */

static void untested_hypotheses_do_not_count(void **state)
{
    (void)state;
    double p[] = {NAN, 0.02, 0.01, NAN};
    ib_holm(p, 4);
    assert_true(isnan(p[0]) && isnan(p[3]));
    assert_near(p[1], 0.02);
    assert_near(p[2], 0.02);
    ib_holm(NULL, 0);
}

static void adjusted_values_are_probabilities(void **state)
{
    (void)state;
    double p[] = {0.9, 0.4, 0.8};
    ib_holm(p, 3);
    assert_true(p[0] == 1 && p[1] == 1 && p[2] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_on_the_limit_is_not_above_it),
        cmocka_unit_test(inflation_moves_counts_to_the_middle),
        cmocka_unit_test(inflation_leaves_counts_below_the_middle),
        cmocka_unit_test(no_samples_prove_nothing),
        cmocka_unit_test(signed_ranks_are_exact_with_ties),
        cmocka_unit_test(sign_flips_are_exact),
        cmocka_unit_test(sizes_are_rounded_to_fiftieths),
        cmocka_unit_test(both_tests_are_about_the_limit),
        cmocka_unit_test(certainty_is_not_exceeded),
        cmocka_unit_test(untested_hypotheses_do_not_count),
        cmocka_unit_test(adjusted_values_are_probabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
