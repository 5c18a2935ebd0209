/* Differences between records made by hand, and their wording. */
#include "gate/record_diff.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_case_record case_with(double mse, double skill, double accuracy)
{
    return (struct ib_case_record){.id = "x",
                                   .test_rows = 100,
                                   .metrics = {[IB_METRIC_train_loss] = mse,
                                               [IB_METRIC_mse] = mse,
                                               [IB_METRIC_rmse] = sqrt(mse),
                                               [IB_METRIC_mae] = sqrt(mse),
                                               [IB_METRIC_skill] = skill,
                                               [IB_METRIC_accuracy] = accuracy}};
}

/* Within 0.1 %. */
static size_t count_differences(struct ib_case_record old, struct ib_case_record new)
{
    struct ib_arena arena = {0};
    const size_t n = ib_metric_differences(&arena, &old, &new, 0.001).n;
    ib_arena_free(&arena);
    return n;
}

static void metrics_differ_both_ways(void **state)
{
    (void)state;
    const struct ib_case_record old = case_with(4, 0.5, 0.9);
    assert_int_equal(count_differences(old, case_with(4.001, 0.5, 0.9)), 0);
    assert_int_equal(count_differences(old, case_with(4.1, 0.5, 0.9)), 4);
    assert_int_equal(count_differences(old, case_with(3.9, 0.5, 0.9)), 4);
    assert_int_equal(count_differences(old, case_with(4, 0.5, 0.91)), 0); /* one row */
    assert_int_equal(count_differences(old, case_with(4, 0.5, 0.92)), 1);
}

static void rounding_is_no_difference(void **state)
{
    (void)state;
    assert_int_equal(count_differences(case_with(1e-30, 1, 1), case_with(3e-28, 1, 1)), 0);
    assert_int_equal(count_differences(case_with(1e-9, 1, 1), case_with(0.5, 0.5, 1)), 4);
    assert_int_equal(count_differences(case_with(NAN, NAN, NAN), case_with(1, 0, 0)), 5);
}

static void differences_in_words(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    const struct ib_case_record old = case_with(4, 0.5, 0.90), new = case_with(4, 0.5, 0.95),
                                unknown = case_with(4, 0.5, NAN);
    struct ib_differences list = ib_metric_differences(&arena, &old, &new, 0.001);
    assert_string_equal(ib_difference_words(&arena, &list), "accuracy 0.9 → 0.95 (better)");
    list = ib_metric_differences(&arena, &new, &old, 0.001);
    assert_string_equal(ib_difference_words(&arena, &list), "accuracy 0.95 → 0.9 (worse)");
    list = ib_metric_differences(&arena, &unknown, &old, 0.001);
    assert_string_equal(ib_difference_words(&arena, &list), "accuracy unknown → 0.9");
    ib_arena_free(&arena);
}

static void unknown_copies_are_equal_to_any(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    const struct ib_case_record old = {.transfers = {.h2d_count = IB_NO_COUNT, .d2h_count = 4}},
                                new = {.transfers = {.h2d_count = 3, .d2h_count = 5}};
    const struct ib_differences list = ib_copy_differences(&arena, &old, &new);
    assert_int_equal(list.n, 1);
    assert_string_equal(list.list[0].name, "d2h_count");
    ib_arena_free(&arena);
}

static void machines_differ_by_name(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    const struct ib_named_text libraries[] = {{"blas", "1"}, {NULL, NULL}};
    struct ib_run_record old = {.version = "1", .machine = {.cpu = "a", .usable_cores = 2, .kernel = "6"}},
                         new = {.version = "1",
                                .machine = {.usable_cores = 4, .kernel = "6", .libraries = libraries}};
    const struct ib_text_differences list = ib_run_differences(&arena, &old, &new);
    assert_string_equal(ib_text_difference_words(&arena, &list),
                        "cpu a → unknown, usable_cores 2 → 4, library blas unknown → 1");
    ib_arena_free(&arena);
}

static void only_named_facts_of_machines_are_compared(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    static const char *const names[] = {"cpu", "usable_cores", NULL};
    const struct ib_machine old = {.cpu = "a", .usable_cores = 2, .kernel = "6"},
                            new = {.cpu = "b", .usable_cores = 4, .kernel = "5"};
    const struct ib_text_differences list = ib_machine_differences(&arena, &old, &new, names);
    assert_string_equal(ib_text_difference_words(&arena, &list), "cpu a → b, usable_cores 2 → 4");
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_differ_both_ways),
        cmocka_unit_test(rounding_is_no_difference),
        cmocka_unit_test(differences_in_words),
        cmocka_unit_test(unknown_copies_are_equal_to_any),
        cmocka_unit_test(machines_differ_by_name),
        cmocka_unit_test(only_named_facts_of_machines_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
