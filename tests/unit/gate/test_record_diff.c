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

static size_t count_beyond(double tolerance, struct ib_case_record old, struct ib_case_record new)
{
    struct ib_arena arena = {0};
    const size_t n = ib_metric_differences(&arena, &old, &new, tolerance).n;
    ib_arena_free(&arena);
    return n;
}

/* Beyond 0.1 %. */
static size_t count_differences(struct ib_case_record old, struct ib_case_record new)
{
    return count_beyond(0.001, old, new);
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

/* Of values that are exact in binary; the train loss and the MSE differ, the other two by their root. */
static void a_difference_of_just_the_tolerance_is_none(void **state)
{
    (void)state;
    assert_int_equal(count_beyond(0.25, case_with(16, 0.5, 0.9), case_with(20, 0.5, 0.9)), 0);
    assert_int_equal(count_beyond(0.25, case_with(16, 0.5, 0.9), case_with(20.01, 0.5, 0.9)), 2);
    assert_int_equal(count_beyond(0.25, case_with(16, 0.5, 0.9), case_with(25, 0.5, 0.9)), 2);
    assert_int_equal(count_beyond(0.25, case_with(16, 0.5, 0.9), case_with(25.01, 0.5, 0.9)), 4);
}

/* A case whose MSE, or else RMSE, is off by this much; its other metrics are unknown. */
static struct ib_case_record off_by(double difference, bool of_root, double mse, double skill)
{
    struct ib_case_record c = case_with(mse, skill, NAN);
    c.metrics[IB_METRIC_train_loss] = c.metrics[IB_METRIC_mae] = NAN;
    c.metrics[of_root ? IB_METRIC_rmse : IB_METRIC_mse] += difference;
    return c;
}

/* Rounding is relative to the spread of the targets, MSE / (1 - skill), or to its root. */
static void rounding_is_relative_to_the_targets(void **state)
{
    (void)state;
    static const struct {
        double mse, skill, allowed;
        bool of_root;
    } known[] = {
        {4, 0.5, 8e-9, false},     /* a spread of 8 */
        {4, 0.75, 4e-9, true},     /* the root of 16 */
        {0.25, 0.5, 5e-10, false}, /* less than 1 */
        {4, NAN, 1e-9, false},     /* not defined: 1, as for targets that are standardised */
        {0, 0.5, 1e-9, false},     /* none */
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const double mse = known[i].mse, skill = known[i].skill;
        const bool of_root = known[i].of_root;
        const struct ib_case_record old = off_by(0, of_root, mse, skill);
        assert_int_equal(count_beyond(0, old, off_by(0.9 * known[i].allowed, of_root, mse, skill)), 0);
        assert_int_equal(count_beyond(0, old, off_by(1.1 * known[i].allowed, of_root, mse, skill)), 1);
    }
}

static void perfect_fits_are_equal(void **state)
{
    (void)state;
    const double just = 1 - 1e-9; /* the least skill that counts as perfect */
    assert_int_equal(count_differences(case_with(0.001, 1, 0.9), case_with(0.002, 1, 0.9)), 0);
    assert_int_equal(count_differences(case_with(0.001, just, 0.9), case_with(0.002, just, 0.9)), 0);
    assert_int_equal(count_differences(case_with(0.001, 1, 0.9), case_with(0.002, 0.9999, 0.9)), 4);
    assert_int_equal(count_differences(case_with(0.001, 0.9999, 0.9), case_with(0.002, 1, 0.9)), 4);
    assert_int_equal(count_differences(case_with(0.001, 1, 0.9), case_with(0.002, 1, 0.5)),
                     1); /* rows count */
}

static void one_row_of_none_is_no_excuse(void **state)
{
    (void)state;
    struct ib_case_record old = case_with(4, 0.5, 0.5), new = case_with(4, 0.5, 0.75);
    old.test_rows = 0;
    assert_int_equal(count_differences(old, new), 1);
}

static void infinite_metrics_are_equal(void **state)
{
    (void)state;
    const struct ib_case_record infinite = case_with(INFINITY, -INFINITY, 0.5);
    assert_int_equal(count_differences(infinite, infinite), 0);
    assert_int_equal(count_differences(case_with(4, 0.5, 0.5), infinite), 4);
}

static void answers_in_words(void **state)
{
    (void)state;
    assert_string_equal(ib_answer_word(IB_CASE_OK, IB_RIGHT), "ok");
    assert_string_equal(ib_answer_word(IB_CASE_OK, IB_UNVERIFIED), "unverified");
    assert_string_equal(ib_answer_word(IB_CASE_CRASHED, IB_RIGHT), "crashed");
    assert_string_equal(ib_answer_word(0, IB_RIGHT), "");
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
    const struct ib_case_record better = case_with(1, 0.5, 0.90);
    list = ib_metric_differences(&arena, &old, &better, 0.001);
    assert_string_equal(ib_difference_words(&arena, &list),
                        "train_loss 4 → 1 (better), mse 4 → 1 (better), mae 2 → 1 (better), "
                        "rmse 2 → 1 (better)");
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
    assert_true(list.list[0].old == 4 && list.list[0].new == 5);
    assert_string_equal(ib_difference_words(&arena, &list), "d2h_count 4 → 5");
    const struct ib_case_record other = {.transfers = {.h2d_count = IB_NO_COUNT, .d2h_count = IB_NO_COUNT}};
    assert_int_equal(ib_copy_differences(&arena, &new, &other).n, 0);
    ib_arena_free(&arena);
}

static void all_copies_may_differ(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    const struct ib_case_record old = {.transfers = {1, 2, 3, 4, 0, 0}},
                                new = {.transfers = {5, 6, 7, 8, 0, 0}};
    const struct ib_differences list = ib_copy_differences(&arena, &old, &new);
    assert_string_equal(ib_difference_words(&arena, &list),
                        "h2d_count 1 → 5, h2d_bytes 2 → 6, d2h_count 3 → 7, d2h_bytes 4 → 8");
    ib_arena_free(&arena);
}

/* Every fact, several libraries on either side, and the program. */
static void everything_about_machines_may_differ(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    const struct ib_named_text before[] = {{"a", "1"}, {"b", "1"}, {"c", "1"}, {NULL, NULL}},
                               after[] = {{"d", "1"}, {"e", "1"}, {"f", "1"}, {NULL, NULL}};
    const struct ib_run_record old = {.version = "1",
                                      .machine = {.cpu = "a",
                                                  .architecture = "a",
                                                  .usable_cores = 1,
                                                  .memory_bytes = 1,
                                                  .governor = "a",
                                                  .turbo = IB_NO,
                                                  .gpu_driver = "a",
                                                  .kernel = "a",
                                                  .os = "a",
                                                  .compiler = "a",
                                                  .flags = "a",
                                                  .sandbox = "a",
                                                  .libraries = before}},
                               new = {.version = "2",
                                      .machine = {.cpu = "b",
                                                  .architecture = "b",
                                                  .usable_cores = 2,
                                                  .memory_bytes = 2,
                                                  .governor = "b",
                                                  .turbo = IB_YES,
                                                  .gpu_driver = "b",
                                                  .kernel = "b",
                                                  .os = "b",
                                                  .compiler = "b",
                                                  .flags = "b",
                                                  .sandbox = "b",
                                                  .libraries = after}};
    struct ib_text_differences list = ib_run_differences(&arena, &old, &new);
    assert_string_equal(
        ib_text_difference_words(&arena, &list),
        "cpu a → b, architecture a → b, usable_cores 1 → 2, memory_bytes 1 → 2, governor a → b, "
        "turbo false → true, gpu_driver a → b, kernel a → b, os a → b, compiler a → b, "
        "flags a → b, sandbox a → b, library a 1 → unknown, library b 1 → unknown, "
        "library c 1 → unknown, library d unknown → 1, library e unknown → 1, "
        "library f unknown → 1, ironbench 1 → 2");
    list = ib_run_differences(&arena, &old, &old);
    assert_int_equal(list.n, 0);
    struct ib_run_record updated = new;
    const struct ib_named_text two[] = {
        {"f", "2"}, {"e", "1"}, {"d", "1"}, {NULL, NULL}}; /* in another order */
    updated.machine.libraries = two;
    list = ib_run_differences(&arena, &new, &updated);
    assert_string_equal(ib_text_difference_words(&arena, &list), "library f 1 → 2");
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
        cmocka_unit_test(a_difference_of_just_the_tolerance_is_none),
        cmocka_unit_test(rounding_is_relative_to_the_targets),
        cmocka_unit_test(perfect_fits_are_equal),
        cmocka_unit_test(one_row_of_none_is_no_excuse),
        cmocka_unit_test(infinite_metrics_are_equal),
        cmocka_unit_test(answers_in_words),
        cmocka_unit_test(differences_in_words),
        cmocka_unit_test(unknown_copies_are_equal_to_any),
        cmocka_unit_test(all_copies_may_differ),
        cmocka_unit_test(everything_about_machines_may_differ),
        cmocka_unit_test(machines_differ_by_name),
        cmocka_unit_test(only_named_facts_of_machines_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
