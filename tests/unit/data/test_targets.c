/* Several columns as targets. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void several_targets_are_columns_in_their_order(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "a,b,c,d\n1,2,3,4\n5,6,7,9\n"));
    struct ib_dataset set;
    spec.target = WORDS("d", "b");
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.task, IB_REGRESSION);
    assert_int_equal(set.outputs, 2);
    assert_string_equal(set.target, "d, b");
    expect_values(set.x, (const double[]){1, 3, 5, 7}, 4);
    expect_values(set.y, (const double[]){4, 2, 9, 6}, 4);
    ib_dataset_free(&set);
    npy_file("t.npy", IB_F64, 2, 4, (const double[]){1, 2, 3, 4, 5, 6, 7, 9});
    spec = whole("t.npy");
    spec.target = WORDS("-1", "2");
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    expect_values(set.x, (const double[]){1, 3, 5, 7}, 4);
    expect_values(set.y, (const double[]){4, 2, 9, 6}, 4);
    ib_dataset_free(&set);
    npy_file("y.npy", IB_F64, 2, 2, (const double[]){4, 2, 9, 6});
    spec = whole("t.npy");
    spec.y = "y.npy";
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.cols, 4);
    expect_values(set.y, (const double[]){4, 2, 9, 6}, 4);
    ib_dataset_free(&set);
}

static void targets_that_cannot_be_several_are_refused(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "a,b,c\n1,2,3\n5,6,3\n7,x,8\n"));
    struct ib_dataset set;
    spec.where = "c.yaml:3";
    spec.target = WORDS("b", "2");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3",
                   WORDS("`2` is given twice as a target"));
    spec.target = WORDS("b", "c");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:4:3",
                   WORDS("column `b`: `x` is not a number"));
    spec.target = WORDS("a", "b", "c");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:1", WORDS("no column is left"));
    scratch_file("t.csv", "a,b,c\n1,2,3\n5,6,3\n");
    spec.target = WORDS("b", "c");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv",
                   WORDS("target `c` is 3 in all 2 training rows"));
    scratch_file("t.csv", "a,b,c\n1,0,1\n5,1,0\n");
    spec.task = IB_CLASSIFICATION;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3",
                   WORDS("2 targets are given, but a classification has one"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_targets_are_columns_in_their_order),
        cmocka_unit_test(targets_that_cannot_be_several_are_refused),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
