/* Files of NPY, with targets and test rows of their own. */
#include "base/npy.h"
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void npy_is_read(void **state)
{
    (void)state;
    const double values[9] = {1, 2, 3, 4, 5, 6, 7, 8, 10};
    const struct {
        const char *target;
        double x[6], y[3];
    } cases[] = {
        {NULL, {1, 2, 4, 5, 7, 8}, {3, 6, 10}}, {"3", {1, 2, 4, 5, 7, 8}, {3, 6, 10}},
        {"-1", {1, 2, 4, 5, 7, 8}, {3, 6, 10}}, {"1", {2, 3, 5, 6, 8, 10}, {1, 4, 7}},
        {"2", {1, 3, 4, 6, 7, 10}, {2, 5, 8}},  {"-3", {2, 3, 5, 6, 8, 10}, {1, 4, 7}},
    };
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct ib_dataset_spec spec = whole(npy_file("t.npy", (enum ib_dtype)type, 3, 3, values));
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct ib_dataset set;
            spec.target = cases[i].target ? WORDS(cases[i].target) : NULL;
            assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
            assert_int_equal(set.rows, 3);
            assert_int_equal(set.cols, 2);
            assert_int_equal(set.task, IB_REGRESSION);
            assert_string_equal(set.target, "y");
            expect_values(set.x, cases[i].x, 6);
            expect_values(set.y, cases[i].y, 3);
            ib_dataset_free(&set);
        }
    }
}

static void npy_targets_may_be_apart(void **state)
{
    (void)state;
    const double x[6] = {1, 2, 4, 5, 7, 8}, y[3] = {0, 1, 1};
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(npy_file("x.npy", IB_F32, 3, 2, x));
    spec.y = npy_file("y.npy", IB_F64, 3, 1, y);
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.cols, 2);
    assert_int_equal(set.task, IB_CLASSIFICATION);
    expect_values(set.x, x, 6);
    expect_values(set.y, y, 3);
    ib_dataset_free(&set);
}

/* Split and second file are as for any other data. */
static void npy_test_rows_may_be_apart(void **state)
{
    (void)state;
    double values[40];
    struct ib_dataset set;
    for (int i = 0; i < 40; i++)
        values[i] = i;
    struct ib_dataset_spec spec = {.name = "d", .path = npy_file("train.npy", IB_F64, 20, 2, values)};
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.rows, 16);
    assert_int_equal(set.test_rows, 4);
    ib_dataset_free(&set);
    spec.test = npy_file("test.npy", IB_F32, 3, 2, values + 10);
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.rows, 20);
    expect_values(set.x_test, (const double[]){10, 12, 14}, 3);
    expect_values(set.y_test, (const double[]){11, 13, 15}, 3);
    ib_dataset_free(&set);
}

static void bad_npy_is_refused(void **state)
{
    (void)state;
    const double values[6] = {1, 2, 3, 4, 5, 6}, bad[6] = {1, 2, 3, NAN, 5, 6}, worse[6] = {1, -INFINITY, 3};
    npy_file("x.npy", IB_F64, 3, 2, values);
    npy_file("narrow.npy", IB_F64, 6, 1, values);
    npy_file("short.npy", IB_F64, 2, 1, values);
    npy_file("nan.npy", IB_F64, 3, 2, bad);
    npy_file("inf.npy", IB_F64, 3, 1, worse);
    npy_file("bare.npy", IB_F64, 6, 0, NULL);
    scratch_file("text.npy", "1,2\n3,4\n");
    scratch_file("t.csv", "a,b\n1,2\n3,4\n");
    const struct {
        struct ib_dataset_spec spec;
        const char *where, *words[3];
    } cases[] = {
        {{.path = "narrow.npy"}, "narrow.npy", {"fewer than two columns", "`y`"}},
        {{.path = "bare.npy"}, "bare.npy", {"fewer than two columns"}},
        {{.path = "bare.npy", .y = "x.npy"}, "bare.npy", {"no columns"}},
        {{.path = "nan.npy"}, "nan.npy", {"[1, 1] is nan", "finite"}},
        {{.path = "nan.npy", .y = "inf.npy"}, "nan.npy", {"[1, 1] is nan"}},
        {{.path = "x.npy", .y = "inf.npy"}, "inf.npy", {"[1, 0] is -inf"}},
        {{.path = "x.npy", .y = "short.npy"}, "short.npy", {"2 x 1", "expected 3 rows"}},
        {{.path = "x.npy", .y = "none.npy"}, "none.npy", {"No such file"}},
        {{.path = "x.npy", .target = WORDS("price")}, "x.npy", {"`price`", "1 to 2, or -1 to -2"}},
        {{.path = "x.npy", .target = WORDS("0")}, "x.npy", {"`0`"}},
        {{.path = "x.npy", .target = WORDS("-3")}, "x.npy", {"`-3`"}},
        {{.path = "x.npy", .header = IB_HEADER_YES, .where = "c.yaml:3"}, "c.yaml:3", {"`header`", "NPY"}},
        {{.path = "x.npy", .y = "y.npy", .target = WORDS("1"), .where = "c.yaml:3"},
         "c.yaml:3",
         {"`y`", "`target`"}},
        {{.path = "x.npy", .y = "y.npy", .test = "x.npy", .where = "c.yaml:3"},
         "c.yaml:3",
         {"`y`", "`test`"}},
        {{.path = "text.npy"}, "text.npy", {"not a readable .npy file"}},
        {{.path = "t.csv", .y = "y.npy", .where = "c.yaml:3"}, "c.yaml:3", {"`y`", "CSV"}},
        {{.path = "d.json", .y = "y.npy", .where = "c.yaml:3"}, "c.yaml:3", {"`y`", "JSON"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = cases[i].spec;
        spec.name = "d";
        enum ib_status got = ib_dataset_load(&spec, &set);
        expect_failure(got, ib_last_error()->code, cases[i].where, cases[i].words);
        assert_int_not_equal(got, IB_OK);
        assert_null(set.x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(npy_is_read),
        cmocka_unit_test(npy_targets_may_be_apart),
        cmocka_unit_test(npy_test_rows_may_be_apart),
        cmocka_unit_test(bad_npy_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
