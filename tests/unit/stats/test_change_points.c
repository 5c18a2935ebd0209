#include "base/rng.h"
#include "stats/change_points.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 300 };

static const struct ib_change_rules usual = {IB_CHANGE_LEAST, IB_CHANGE_LEVEL};
static double x[MOST];
static struct ib_change_point found[MOST];

/* Adds normal values at `begin` … `end` - 1. */
static void draw(struct ib_rng *rng, size_t begin, size_t end, double mean, double deviation)
{
    for (size_t i = begin; i < end; i++)
        x[i] = mean + deviation * ib_rng_normal(rng);
}

static double distance_sum(size_t begin, size_t end, size_t other_begin, size_t other_end)
{
    double sum = 0;
    for (size_t i = begin; i < end; i++)
        for (size_t k = other_begin; k < other_end; k++)
            sum += fabs(x[i] - x[k]);
    return sum;
}

/* Equations (5) and (6) of the paper, word by word: pairs within a part count once. */
static double defined_statistic(size_t begin, size_t at, size_t end)
{
    const double n = (double)(at - begin), m = (double)(end - at);
    const double energy = 2 / (n * m) * distance_sum(begin, at, at, end) -
                          2 / (n * (n - 1)) * distance_sum(begin, at, begin, at) / 2 -
                          2 / (m * (m - 1)) * distance_sum(at, end, at, end) / 2;
    return n * m / (n + m) * energy;
}

static void the_statistic_is_the_papers(void **state)
{
    (void)state;
    enum { N = 24 };
    struct ib_rng rng;
    double largest = -1;
    size_t place = 0;
    ib_rng_seed(&rng, 5);
    draw(&rng, 0, 10, 0, 1);
    draw(&rng, 10, N, 9, 1);
    for (size_t at = IB_CHANGE_LEAST; at + IB_CHANGE_LEAST <= N; at++)
        for (size_t end = at + IB_CHANGE_LEAST; end <= N; end++)
            if (defined_statistic(0, at, end) > largest) {
                largest = defined_statistic(0, at, end);
                place = at;
            }
    assert_int_equal(ib_change_points(x, N, &usual, found), 1);
    assert_int_equal(found[0].at, place);
    assert_true(fabs(found[0].statistic - largest) < 1e-9 * largest);
    assert_true(found[0].p <= IB_CHANGE_LEVEL);
}

static void a_constant_or_short_series_has_no_change(void **state)
{
    (void)state;
    for (size_t i = 0; i < 40; i++)
        x[i] = 0.1;
    assert_int_equal(ib_change_points(x, 40, &usual, found), 0);
    x[3] = x[4] = 7;
    assert_int_equal(ib_change_points(x, 5, &usual, found), 0);
    assert_int_equal(ib_change_points(x, 0, &usual, found), 0);
}

static void a_step_without_noise_is_found_where_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < 20; i++)
        x[i] = i < 13 ? 1 : 2;
    assert_int_equal(ib_change_points(x, 20, &usual, found), 1);
    assert_int_equal(found[0].at, 13);
}

static void a_single_outlier_is_not_a_change(void **state)
{
    (void)state;
    struct ib_rng rng;
    ib_rng_seed(&rng, 3);
    draw(&rng, 0, 40, 100, 1);
    x[20] = 200;
    assert_int_equal(ib_change_points(x, 40, &usual, found), 0);
}

static void the_answer_is_the_same_each_time(void **state)
{
    (void)state;
    struct ib_rng rng;
    struct ib_change_point again[MOST];
    ib_rng_seed(&rng, 11);
    draw(&rng, 0, 30, 0, 1);
    draw(&rng, 30, 60, 1.5, 1);
    const size_t n = ib_change_points(x, 60, &usual, found);
    assert_int_equal(n, 1);
    assert_int_equal(ib_change_points(x, 60, &usual, again), n);
    assert_memory_equal(found, again, n * sizeof *found);
}

static void changes_come_in_order_of_their_place(void **state)
{
    (void)state;
    const double levels[] = {1, 1.05, 1.11, 1.01};
    struct ib_rng rng;
    ib_rng_seed(&rng, 21);
    for (size_t i = 0; i < 4; i++)
        draw(&rng, 15 * i, 15 * (i + 1), levels[i], 0.008);
    assert_int_equal(ib_change_points(x, 60, &usual, found), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(found[i].at, 15 * (i + 1));
}

/* Of 300 series without any change; more than that is less likely than 1 in 1000. */
static void false_alarms_are_as_rare_as_the_level(void **state)
{
    (void)state;
    enum { SERIES = 300, MOST_ALARMS = 28 };
    const struct ib_change_rules rules = {IB_CHANGE_LEAST, 0.05};
    struct ib_rng rng;
    size_t alarms = 0;
    ib_rng_seed(&rng, 17);
    for (size_t i = 0; i < SERIES; i++) {
        draw(&rng, 0, 20, 0, 1);
        alarms += ib_change_points(x, 20, &rules, found) > 0 ? 1 : 0;
    }
    assert_in_range(alarms, 3, MOST_ALARMS);
}

/* The share of pairs of samples that two segmentations treat alike: both together, or both apart. */
static double rand_index(const size_t *label, size_t n_changes, size_t n)
{
    size_t alike = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            bool together = true;
            for (size_t c = 0; c < n_changes; c++)
                together &= !(i < found[c].at && found[c].at <= k);
            alike += together == (label[i] == label[k]) ? 1 : 0;
        }
    return (double)alike / ((double)n * (double)(n - 1) / 2);
}

/* The mean Rand index over series of three equal parts, the middle one from another normal distribution: the
 * setting of the paper's simulations, with a level of 5 % as there. */
static double mean_rand_index(size_t n, double mean, double deviation, size_t n_series)
{
    const struct ib_change_rules rules = {n / 5, 0.05};
    size_t label[MOST];
    struct ib_rng rng;
    double sum = 0;
    ib_rng_seed(&rng, 7);
    for (size_t i = 0; i < n; i++)
        label[i] = 3 * i / n;
    for (size_t i = 0; i < n_series; i++) {
        draw(&rng, 0, n / 3, 0, 1);
        draw(&rng, n / 3, 2 * n / 3, mean, deviation);
        draw(&rng, 2 * n / 3, n, 0, 1);
        sum += rand_index(label, ib_change_points(x, n, &rules, found), n);
    }
    return sum / (double)n_series;
}

static void three_parts_are_told_apart_by_their_means(void **state)
{
    (void)state;
    const double by_1 = mean_rand_index(150, 1, 1, 12), by_2 = mean_rand_index(150, 2, 1, 12),
                 by_4 = mean_rand_index(150, 4, 1, 12);
    print_message("Rand index of means apart by 1, 2, 4: %.3f %.3f %.3f\n", by_1, by_2, by_4);
    assert_true(by_1 > 0.9);
    assert_true(by_2 > 0.97);
    assert_true(by_4 > 0.995);
}

static void three_parts_are_told_apart_by_their_scatter(void **state)
{
    (void)state;
    const double by_5 = mean_rand_index(150, 0, 5, 12);
    print_message("Rand index of deviations 1 and 5: %.3f\n", by_5);
    assert_true(by_5 > 0.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_statistic_is_the_papers),
        cmocka_unit_test(a_constant_or_short_series_has_no_change),
        cmocka_unit_test(a_step_without_noise_is_found_where_it_is),
        cmocka_unit_test(a_single_outlier_is_not_a_change),
        cmocka_unit_test(the_answer_is_the_same_each_time),
        cmocka_unit_test(changes_come_in_order_of_their_place),
        cmocka_unit_test(false_alarms_are_as_rare_as_the_level),
        cmocka_unit_test(three_parts_are_told_apart_by_their_means),
        cmocka_unit_test(three_parts_are_told_apart_by_their_scatter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
