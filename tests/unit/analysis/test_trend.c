#include "analysis/trend.h"
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 80 };

static const struct ib_change_rules usual = {IB_CHANGE_LEAST, IB_CHANGE_LEVEL};
static struct ib_arena arena;
static struct ib_case_record the_case;
static struct ib_history_point points[MOST];
static struct ib_history_series series;
static struct ib_rng rng;

static int begin(void **state)
{
    (void)state;
    ib_rng_seed(&rng, 2);
    the_case = (struct ib_case_record){.task = IB_REGRESSION};
    series = (struct ib_history_series){.c = &the_case, .points = points};
    return 0;
}

static int end(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

/* Adds n points of that time, with noise of 1 %, that error and so many copies. */
static void add_points(size_t n, double time_ns, double metric, int64_t copies)
{
    for (size_t i = 0; i < n; i++)
        points[series.n++] =
            (struct ib_history_point){.result = {.status = IB_CASE_OK,
                                                 .verdict = IB_RIGHT,
                                                 .epoch_ns = time_ns * exp(0.01 * ib_rng_normal(&rng)),
                                                 .low_ns = NAN,
                                                 .high_ns = NAN,
                                                 .metric = metric + 0.01 * ib_rng_normal(&rng),
                                                 .h2d_count = copies,
                                                 .h2d_bytes = 8 * copies,
                                                 .d2h_count = 1,
                                                 .d2h_bytes = 8}};
}

static struct ib_trend trend(void)
{
    struct ib_trend out;
    ib_trend_of(&arena, &series, &usual, &out);
    return out;
}

static void a_steady_series_has_no_change(void **state)
{
    (void)state;
    add_points(40, 100, 5, 3);
    assert_int_equal(trend().n, 0);
}

static void a_slower_time_is_worse_by_its_ratio(void **state)
{
    (void)state;
    add_points(20, 100, 5, 3);
    add_points(20, 105, 5, 3);
    const struct ib_trend t = trend();
    assert_int_equal(t.n, 1);
    assert_int_equal(t.changes[0].kind, IB_TREND_TIME);
    assert_int_equal(t.changes[0].verdict, IB_TREND_WORSE);
    assert_int_equal(t.changes[0].before, 19);
    assert_int_equal(t.changes[0].after, 20);
    assert_true(fabs(t.changes[0].difference - 1.05) < 0.01);
    assert_true(t.changes[0].low < 1.05 && 1.05 < t.changes[0].high);
    assert_true(fabs(t.changes[0].old - 100) < 1 && fabs(t.changes[0].new - 105) < 1);
}

static void runs_without_a_time_are_left_out(void **state)
{
    (void)state;
    add_points(20, 100, 5, 3);
    add_points(2, NAN, 5, 3);
    add_points(20, 90, 5, 3);
    const struct ib_trend t = trend();
    assert_int_equal(t.n, 1);
    assert_int_equal(t.changes[0].verdict, IB_TREND_BETTER);
    assert_int_equal(t.changes[0].before, 19);
    assert_int_equal(t.changes[0].after, 22);
}

static void a_larger_error_is_worse_and_a_larger_accuracy_better(void **state)
{
    (void)state;
    add_points(20, 100, 5, 3);
    add_points(20, 100, 6, 3);
    const struct ib_trend t = trend();
    assert_int_equal(t.n, 1);
    assert_int_equal(t.changes[0].kind, IB_TREND_METRIC);
    assert_int_equal(t.changes[0].verdict, IB_TREND_WORSE);
    assert_true(fabs(t.changes[0].difference - 1) < 0.02);
    the_case.task = IB_CLASSIFICATION;
    assert_int_equal(trend().changes[0].verdict, IB_TREND_BETTER);
}

static void each_other_number_of_copies_is_a_change(void **state)
{
    (void)state;
    add_points(10, 100, 5, 3);
    add_points(1, 100, 5, 4);
    const struct ib_trend t = trend();
    assert_int_equal(t.n, 2);
    assert_int_equal(t.changes[0].kind, IB_TREND_COPIES);
    assert_int_equal(t.changes[0].verdict, IB_TREND_WORSE);
    assert_int_equal(t.changes[0].after, 10);
    assert_true(t.changes[0].old == 4 && t.changes[0].new == 5 && isnan(t.changes[0].p));
    assert_int_equal(t.changes[1].kind, IB_TREND_BYTES);
}

static void more_scatter_alone_is_unclear(void **state)
{
    (void)state;
    add_points(30, 100, 5, 3);
    add_points(30, 100, 5, 3);
    for (size_t i = 30; i < 60; i++)
        points[i].result.epoch_ns = 100 * exp(0.2 * ib_rng_normal(&rng));
    const struct ib_trend t = trend();
    assert_int_equal(t.n, 1);
    assert_int_equal(t.changes[0].verdict, IB_TREND_UNCLEAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_steady_series_has_no_change, begin, end),
        cmocka_unit_test_setup_teardown(a_slower_time_is_worse_by_its_ratio, begin, end),
        cmocka_unit_test_setup_teardown(runs_without_a_time_are_left_out, begin, end),
        cmocka_unit_test_setup_teardown(a_larger_error_is_worse_and_a_larger_accuracy_better, begin, end),
        cmocka_unit_test_setup_teardown(each_other_number_of_copies_is_a_change, begin, end),
        cmocka_unit_test_setup_teardown(more_scatter_alone_is_unclear, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
