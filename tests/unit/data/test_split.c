/* How rows are split into those for training and for tests, and what follows from the targets. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* n rows whose only feature is the row's number, and whose target is a tenth of it. */
static const char *numbered(const char *name, int n)
{
    char text[8192];
    size_t used = 0;
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%d,%d.5\n", i, i);
    return scratch_file(name, text);
}

/* Every row goes to exactly one side, whole. */
static void split_is_a_partition(void **state)
{
    (void)state;
    enum { N = 101 };
    const double fractions[] = {0, 0.001, 0.2, 0.25, 0.5, 0.98};
    const uint64_t test_rows[] = {20, 1, 20, 25, 51, 99};
    for (size_t k = 0; k < sizeof fractions / sizeof *fractions; k++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = {
            .name = "d", .path = numbered("n.csv", N), .test_fraction = fractions[k], .header = IB_HEADER_NO};
        int seen[N] = {0};
        assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
        assert_int_equal(set.test_rows, test_rows[k]);
        assert_int_equal(set.rows + set.test_rows, N);
        for (uint64_t i = 0; i < set.rows; i++) {
            seen[(int)set.x[i]]++;
            assert_true(set.y[i] == set.x[i] + 0.5);
        }
        for (uint64_t i = 0; i < set.test_rows; i++) {
            seen[(int)set.x_test[i]]++;
            assert_true(set.y_test[i] == set.x_test[i] + 0.5);
        }
        for (int i = 0; i < N; i++)
            assert_int_equal(seen[i], 1);
        ib_dataset_free(&set);
    }
}

static void split_depends_on_the_seed_alone(void **state)
{
    (void)state;
    struct ib_dataset a, b, c;
    struct ib_dataset_spec spec = {.name = "d", .path = numbered("n.csv", 40)}, other = spec, same = spec;
    other.seed = IB_SPLIT_SEED + 1;
    same.seed = IB_SPLIT_SEED;
    same.test_fraction = IB_TEST_FRACTION;
    same.name = "another name";
    assert_int_equal(ib_dataset_load(&spec, &a), IB_OK);
    assert_int_equal(ib_dataset_load(&other, &b), IB_OK);
    assert_int_equal(ib_dataset_load(&same, &c), IB_OK);
    assert_string_equal(a.sha256, c.sha256);
    assert_string_not_equal(a.sha256, b.sha256);
    assert_memory_not_equal(a.x_test, b.x_test, a.test_rows * sizeof *a.x_test);
    ib_dataset_free(&a);
    ib_dataset_free(&b);
    ib_dataset_free(&c);
}

static void too_few_rows_cannot_be_split(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = {.name = "d", .path = numbered("n.csv", 3), .test_fraction = 0.9};
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "n.csv", WORDS("0 training and 3 test rows"));
    spec.test_fraction = 0.5;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "n.csv", WORDS("1 training and 2 test rows"));
    spec.test_fraction = 0.1;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.test_rows, 1);
    ib_dataset_free(&set);
}

static void test_rows_come_from_a_second_file(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = {.name = "d", .path = scratch_file("train.csv", "a,y\n1,2\n3,4\n")};
    spec.test = scratch_file("test.csv", "a,y\n5,6\n");
    spec.where = "c.yaml:3";
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.rows, 2);
    assert_int_equal(set.test_rows, 1);
    expect_values(set.x, (const double[]){1, 3}, 2);
    expect_values(set.x_test, (const double[]){5}, 1);
    ib_dataset_free(&set);
    scratch_file("test.csv", "y,a\n5,6\n");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "test.csv", WORDS("columns", "train.csv"));
    scratch_file("test.csv", "1,2,3\n");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "test.csv", WORDS("columns", "train.csv"));
    scratch_file("test.csv", "a,y\n5,x\n");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "test.csv",
                   WORDS("`y` holds words", "numbers in", "train.csv"));
    scratch_file("test.csv", "a,y\n");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "train.csv", WORDS("2 training and 0 test rows"));
    spec.test_fraction = 0.5;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3", WORDS("`test`", "`test_fraction`"));
}

static void task_follows_the_targets(void **state)
{
    (void)state;
    struct ib_dataset set = loaded_text("t.csv", "5,0\n6,1\n7,1\n");
    assert_int_equal(set.task, IB_CLASSIFICATION);
    ib_dataset_free(&set);
    struct ib_dataset_spec spec = whole("t.csv");
    spec.task = IB_REGRESSION;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.task, IB_REGRESSION);
    ib_dataset_free(&set);
    spec = whole(scratch_file("three.csv", "5,0\n6,1\n7,2\n"));
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.task, IB_REGRESSION);
    assert_int_equal(set.classes, 0);
    ib_dataset_free(&set);
    spec.task = IB_CLASSIFICATION;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.classes, 3);
    ib_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_is_a_partition),         cmocka_unit_test(split_depends_on_the_seed_alone),
        cmocka_unit_test(too_few_rows_cannot_be_split), cmocka_unit_test(test_rows_come_from_a_second_file),
        cmocka_unit_test(task_follows_the_targets),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
