#include "analysis/paired_ratio.h"
#include "stats/confidence_interval.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROUNDS = 8 };

/* A case with these times, one a round from 1 on; `disturbed` has a bit for each. */
static json_t *make_case(const double *times, size_t n, unsigned disturbed)
{
    json_t *samples = json_array(), *rounds = json_array(), *marks = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(samples, json_real(times[i]));
        json_array_append_new(rounds, json_integer((json_int_t)i + 1));
        json_array_append_new(marks, json_boolean(disturbed >> i & 1));
    }
    return json_pack("{s:{s:{s:o, s:o, s:o}}}", "time", "epoch_ns", "samples", samples, "rounds", rounds,
                     "disturbed", marks);
}

static struct ib_paired_ratio compare(json_t *left, json_t *right)
{
    struct ib_paired_ratio ratio = ib_paired_ratio_of(left, right);
    json_decref(left);
    json_decref(right);
    return ratio;
}

/* Rounds that differ by far more than the cases do. */
static const double slow[ROUNDS] = {102, 204, 153, 306, 255, 122.4, 102, 408};
static const double fast[ROUNDS] = {100, 200, 150, 300, 250, 120, 100, 400};

static void what_slows_both_does_not_hide_a_difference(void **state)
{
    (void)state;
    double low, high, other_low, other_high;
    struct ib_paired_ratio ratio = compare(make_case(slow, ROUNDS, 0), make_case(fast, ROUNDS, 0));
    assert_true(fabs(ratio.median - 1.02) < 1e-9);
    assert_true(ratio.low > 1.019 && ratio.high < 1.021);
    assert_int_equal(ratio.n, ROUNDS);
    ib_median_interval(slow, ROUNDS, &low, &high);
    ib_median_interval(fast, ROUNDS, &other_low, &other_high);
    assert_true(low < other_high); /* their own intervals could not tell */
}

static void it_takes_turns_with_its_sides(void **state)
{
    (void)state;
    struct ib_paired_ratio ratio = compare(make_case(fast, ROUNDS, 0), make_case(slow, ROUNDS, 0));
    assert_true(fabs(ratio.median * 1.02 - 1) < 1e-9);
    assert_true(ratio.high < 1);
}

static void disturbed_samples_do_not_count(void **state)
{
    (void)state;
    double times[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        times[i] = slow[i] * (i < 2 ? 50 : 1);
    struct ib_paired_ratio ratio = compare(make_case(times, ROUNDS, 3), make_case(fast, ROUNDS, 0));
    assert_int_equal(ratio.n, ROUNDS - 2);
    assert_true(ratio.high < 1.021);
    ratio =
        compare(make_case(slow, ROUNDS, 0xFF), make_case(fast, ROUNDS, 0)); /* all: there is nothing better */
    assert_int_equal(ratio.n, ROUNDS);
}

static void few_rounds_in_common_give_no_interval(void **state)
{
    (void)state;
    struct ib_paired_ratio ratio = compare(make_case(slow, 5, 0), make_case(fast, ROUNDS, 0));
    assert_int_equal(ratio.n, 5);
    assert_true(isnan(ratio.low) && isnan(ratio.high) && fabs(ratio.median - 1.02) < 1e-9);
    ratio = compare(json_object(), make_case(fast, ROUNDS, 0));
    assert_int_equal(ratio.n, 0);
    assert_true(isnan(ratio.median));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_slows_both_does_not_hide_a_difference),
        cmocka_unit_test(it_takes_turns_with_its_sides),
        cmocka_unit_test(disturbed_samples_do_not_count),
        cmocka_unit_test(few_rounds_in_common_give_no_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
