/* The data sets that ship, and the files of the seed. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static struct ib_dataset load_named(const char *name)
{
    struct ib_arena arena = {0};
    struct ib_dataset_spec spec;
    struct ib_dataset set;
    assert_int_equal(ib_dataset_find(&arena, name, NULL, 0, NULL, &spec), IB_OK);
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    ib_arena_free(&arena);
    return set;
}

static double sum(const double *values, uint64_t n)
{
    double total = 0;
    for (uint64_t i = 0; i < n; i++)
        total += values[i];
    return total;
}

static void shipped_data_is_as_described(void **state)
{
    (void)state;
    struct ib_dataset set = load_named("diabetes");
    assert_int_equal(set.rows + set.test_rows, 442);
    assert_int_equal(set.cols, 10);
    assert_int_equal(set.task, IB_REGRESSION);
    assert_string_equal(set.target, "progression");
    assert_true(sum(set.y, set.rows) + sum(set.y_test, set.test_rows) == 67243);
    ib_dataset_free(&set);
    set = load_named("breast_cancer");
    assert_int_equal(set.rows + set.test_rows, 569);
    assert_int_equal(set.cols, 30);
    assert_int_equal(set.task, IB_CLASSIFICATION);
    assert_true(sum(set.y, set.rows) + sum(set.y_test, set.test_rows) == 357);
    ib_dataset_free(&set);
    set = load_named("xor");
    assert_int_equal(set.rows, 4);
    assert_int_equal(set.test_rows, 4);
    assert_int_equal(set.task, IB_CLASSIFICATION);
    for (uint64_t i = 0; i < 4; i++)
        assert_true(set.y[i] == (double)(set.x[2 * i] != set.x[2 * i + 1]));
    ib_dataset_free(&set);
}

static void nothing_is_guessed_about_shipped_data(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    for (const char *const *name = ib_dataset_names(&arena, NULL); *name; name++) {
        struct ib_dataset set = load_named(*name);
        if (set.guesses)
            fail_msg("%s", set.guesses);
        ib_dataset_free(&set);
    }
    ib_arena_free(&arena);
}

static void files_of_the_seed_are_read(void **state)
{
    (void)state;
    if (access(IB_SOURCE_DIR "/../shared/datasets/spam.json", R_OK) != 0) {
        puts("skipped: the seed's data is missing: ../shared/datasets");
        skip();
    }
    struct ib_dataset set = load_named(IB_SOURCE_DIR "/../shared/datasets/real_estate.json");
    assert_int_equal(set.rows, 321);
    assert_int_equal(set.test_rows, 93);
    assert_int_equal(set.cols, 6);
    assert_int_equal(set.task, IB_REGRESSION);
    ib_dataset_free(&set);
    set = load_named(IB_SOURCE_DIR "/../shared/datasets/spam.json");
    assert_int_equal(set.rows, 3530);
    assert_int_equal(set.test_rows, 391);
    assert_int_equal(set.cols, 19);
    assert_int_equal(set.task, IB_CLASSIFICATION);
    assert_true(sum(set.y_test, set.test_rows) == 391 - 362);
    ib_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_data_is_as_described),
        cmocka_unit_test(nothing_is_guessed_about_shipped_data),
        cmocka_unit_test(files_of_the_seed_are_read),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
