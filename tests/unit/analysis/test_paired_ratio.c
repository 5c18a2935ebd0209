#include "analysis/paired_ratio.h"
#include "fixtures/made_record.h"
#include "stats/confidence_interval.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROUNDS = 8 };

static struct ib_arena arena;

/* A case with these times; `disturbed` has a bit for each. */
static const struct ib_case_record *timed(const double *times, size_t n, unsigned disturbed)
{
    struct ib_case_record *c = ib_arena_alloc(&arena, sizeof *c);
    made_rounds(&arena, c, times, n, disturbed);
    return c;
}

/* Rounds that differ by far more than the cases do. */
static const double slow[ROUNDS] = {102, 204, 153, 306, 255, 122.4, 102, 408};
static const double fast[ROUNDS] = {100, 200, 150, 300, 250, 120, 100, 400};

static void what_slows_both_does_not_hide_a_difference(void **state)
{
    (void)state;
    double low, high, other_low, other_high;
    struct ib_paired_ratio ratio = ib_paired_ratio_of(timed(slow, ROUNDS, 0), timed(fast, ROUNDS, 0));
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
    struct ib_paired_ratio ratio = ib_paired_ratio_of(timed(fast, ROUNDS, 0), timed(slow, ROUNDS, 0));
    assert_true(fabs(ratio.median * 1.02 - 1) < 1e-9);
    assert_true(ratio.high < 1);
}

static void disturbed_samples_do_not_count(void **state)
{
    (void)state;
    double times[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        times[i] = slow[i] * (i < 2 ? 50 : 1);
    struct ib_paired_ratio ratio = ib_paired_ratio_of(timed(times, ROUNDS, 3), timed(fast, ROUNDS, 0));
    assert_int_equal(ratio.n, ROUNDS - 2);
    assert_true(ratio.high < 1.021);
}

static void where_few_others_remain_disturbed_ones_count(void **state)
{
    (void)state;
    assert_int_equal(ib_paired_ratio_of(timed(slow, ROUNDS, 7), timed(fast, ROUNDS, 7)).n, ROUNDS);
    assert_int_equal(ib_paired_ratio_of(timed(slow, ROUNDS, 3), timed(fast, ROUNDS, 4)).n, ROUNDS);
    assert_int_equal(ib_paired_ratio_of(timed(slow, ROUNDS, 0xFF), timed(fast, ROUNDS, 0)).n, ROUNDS);
}

/* It may be disturbed by what it does itself, for example by sleeping. */
static void much_more_disturbance_of_one_side_counts(void **state)
{
    (void)state;
    enum { MANY = 18 };
    double times[MANY];
    for (int i = 0; i < MANY; i++)
        times[i] = slow[i % ROUNDS];
    assert_int_equal(ib_paired_ratio_of(timed(times, MANY, 0x3F), timed(times, MANY, 0)).n, MANY - 6);
    assert_int_equal(ib_paired_ratio_of(timed(times, MANY, 0x7F), timed(times, MANY, 0)).n, MANY);
    assert_int_equal(ib_paired_ratio_of(timed(times, MANY, 0), timed(times, MANY, 0x7F)).n, MANY);
    assert_int_equal(ib_paired_ratio_of(timed(times, MANY, 0x7F), timed(times, MANY, 0x7F)).n, MANY - 7);
}

static void few_rounds_in_common_give_no_ratio(void **state)
{
    (void)state;
    struct ib_paired_ratio ratio = ib_paired_ratio_of(timed(slow, 5, 0), timed(fast, ROUNDS, 0));
    assert_int_equal(ratio.n, 5);
    assert_true(isnan(ratio.low) && isnan(ratio.high) && isnan(ratio.median));
    ratio = ib_paired_ratio_of(timed(NULL, 0, 0), timed(fast, ROUNDS, 0));
    assert_int_equal(ratio.n, 0);
    assert_true(isnan(ratio.median));
}

static int free_arena(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_slows_both_does_not_hide_a_difference),
        cmocka_unit_test(it_takes_turns_with_its_sides),
        cmocka_unit_test(disturbed_samples_do_not_count),
        cmocka_unit_test(where_few_others_remain_disturbed_ones_count),
        cmocka_unit_test(much_more_disturbance_of_one_side_counts),
        cmocka_unit_test(few_rounds_in_common_give_no_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, free_arena);
}
