/* data/missing.c: values that are missing, in every format that may lack them. */
#include "base/npy.h"
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ib_dataset_spec lacking(const char *path, enum ib_missing missing)
{
    struct ib_dataset_spec spec = whole(path);
    spec.missing = missing;
    return spec;
}

/* Every spelling of a missing value is refused where it is, with what may be done about it. */
static void missing_values_are_refused(void **state)
{
    (void)state;
    const char *const spellings[] = {"",    "NA",   "na",   "N/A", "#N/A", "NaN",
                                     "nan", "null", "NULL", "?",   "\"\"", " "};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        char text[64];
        struct ib_dataset set;
        snprintf(text, sizeof text, "a,b,y\n1,2,3\n4,%s,6\n", spellings[i]);
        for (enum ib_missing missing = IB_MISSING_DEFAULT; missing <= IB_MISSING_REFUSE; missing++) {
            const struct ib_dataset_spec spec = lacking(scratch_file("t.csv", text), missing);
            expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL,
                           strcmp(spellings[i], " ") ? "t.csv:3:3" : "t.csv:3:4",
                           WORDS("column `b`", "`missing: drop`", "--missing drop", "`missing: mean`"));
        }
    }
}

static void rows_that_lack_values_are_dropped(void **state)
{
    (void)state;
    const char *text = "a,b,y\n1,2,3\n?,5,6\n7,8,10\n11,12,NA\n9,nan,1\n";
    struct ib_dataset_spec spec = lacking(scratch_file("t.csv", text), IB_MISSING_DROP);
    struct ib_dataset set = loaded(&spec);
    assert_int_equal(set.rows, 2);
    expect_values(set.x, (const double[]){1, 2, 7, 8}, 4);
    expect_values(set.y, (const double[]){3, 10}, 2);
    assert_non_null(strstr(set.guesses, "; 3 of 5 rows dropped, as they lack values (missing: drop); "));
    ib_dataset_free(&set);
    spec = lacking(scratch_file("t.csv", "a,y\n1,2\n3,4\n4,4\n"), IB_MISSING_DROP);
    set = loaded(&spec);
    assert_null(strstr(set.guesses, "dropped")); /* there is nothing to say */
    ib_dataset_free(&set);
    spec = lacking(scratch_file("t.csv", "a,y\n,2\n3,\n4,4\n"), IB_MISSING_DROP);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv", WORDS("1 training and 1 test rows"));
}

/* Also where its rows are in a file of their own, test rows have no part in the mean. */
static void means_are_those_of_training_rows(void **state)
{
    (void)state;
    struct ib_dataset_spec spec =
        lacking(scratch_file("t.csv", "a,b,y\n1,7,3\n,7,6\n2,?,10\n6,7,4\n"), IB_MISSING_MEAN);
    spec.test_fraction = 0;
    spec.test = scratch_file("test.csv", "a,b,y\n1000,1000,1\nnull,,2\n");
    struct ib_dataset set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 7, 3, 7, 2, 7, 6, 7}, 8);
    expect_values(set.x_test, (const double[]){1000, 1000, 3, 7}, 4);
    assert_true(ib_columns_is_constant(set.x_columns, 1));
    assert_non_null(
        strstr(set.guesses, "4 missing values replaced by the mean of the training rows (missing: mean)"));
    ib_dataset_free(&set);
}

/* After a split, the mean is that of the rows that became training rows. */
static void the_split_comes_before_the_mean(void **state)
{
    (void)state;
    char text[4096];
    size_t used = (size_t)snprintf(text, sizeof text, "a,y\n");
    for (int i = 0; i < 50; i++) {
        char value[16] = "";
        if (i % 5)
            snprintf(value, sizeof value, "%d", i * i);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s,%d\n", value, i);
    }
    struct ib_dataset_spec spec = lacking(scratch_file("t.csv", text), IB_MISSING_MEAN);
    spec.test_fraction = 0.3;
    struct ib_dataset set = loaded(&spec);
    double sum = 0;
    int n = 0;
    for (uint64_t i = 0; i < set.rows; i++)
        if ((int)set.y[i] % 5) {
            sum += set.x[i];
            n++;
        }
    assert_in_range(n, 20, 34);
    for (uint64_t i = 0; i < set.rows; i++)
        if ((int)set.y[i] % 5 == 0)
            assert_true(fabs(set.x[i] - sum / n) < 1e-9);
    for (uint64_t i = 0; i < set.test_rows; i++)
        if ((int)set.y_test[i] % 5 == 0)
            assert_true(fabs(set.x_test[i] - sum / n) < 1e-9);
    ib_dataset_free(&set);
}

/* A missing word is the mean of each of its features: the share of training rows with that word. */
static void words_may_be_missing(void **state)
{
    (void)state;
    const char *text = "a,y\nNA,1\nu,3\nv,4\nv,2\nv,1\n";
    struct ib_dataset_spec spec = lacking(scratch_file("t.csv", text), IB_MISSING_MEAN);
    struct ib_dataset set = loaded(&spec);
    expect_values(set.x, (const double[]){0.25, 0.75, 1, 0, 0, 1, 0, 1, 0, 1}, 10);
    assert_non_null(strstr(set.guesses, "1 missing value replaced"));
    ib_dataset_free(&set);
    spec.missing = IB_MISSING_DROP;
    set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 0, 0, 1, 0, 1, 0, 1}, 8);
    ib_dataset_free(&set);
}

static void the_first_row_may_lack_values(void **state)
{
    (void)state;
    struct ib_dataset_spec spec =
        lacking(scratch_file("t.csv", "NA,2,3\n4,,6\n7,8,10\n1,8,11\n"), IB_MISSING_DROP);
    struct ib_dataset set = loaded(&spec);
    assert_int_equal(set.rows, 2);
    assert_non_null(strstr(set.guesses, "first row taken as data"));
    ib_dataset_free(&set);
}

/* A row of separators alone is the shortest: the table has room for all of them. */
static void rows_may_lack_all_values(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    static char text[8 * ROWS];
    size_t used = (size_t)snprintf(text, sizeof text, "1,2,3\n4,5,7\n");
    for (int i = 0; i < ROWS; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, ",,\n");
    const struct ib_dataset_spec spec = lacking(scratch_file("t.csv", text), IB_MISSING_DROP);
    struct ib_dataset set = loaded(&spec);
    assert_int_equal(set.rows, 2);
    assert_non_null(strstr(set.guesses, "5000 of 5002 rows dropped"));
    ib_dataset_free(&set);
}

static void means_need_values(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = lacking(scratch_file("t.csv", "a,b,y\n1,,3\n4,NA,6\n"), IB_MISSING_MEAN);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv",
                   WORDS("column `b` has no value in any of the 2 training rows"));
    spec = lacking(scratch_file("t.csv", "a,y\n1,3\n4,\n"), IB_MISSING_MEAN);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:3:3", WORDS("column `y` is empty"));
    spec = lacking(scratch_file("t.csv", "a,y\n1,no\n4,?\n5,yes\n6,yes\n"), IB_MISSING_MEAN);
    spec.positive = "yes";
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:3:3", WORDS("column `y`: `?`"));
    spec.missing = IB_MISSING_DROP;
    set = loaded(&spec);
    expect_values(set.y, (const double[]){0, 1, 1}, 3);
    ib_dataset_free(&set);
}

static void numbers_at_the_edge_have_a_mean(void **state)
{
    (void)state;
    const struct ib_dataset_spec spec =
        lacking(scratch_file("t.csv", "a,y\n1.5e308,3\n1.7e308,6\n,7\n"), IB_MISSING_MEAN);
    struct ib_dataset set = loaded(&spec);
    assert_true(set.x[2] > 1.59e308 && set.x[2] < 1.61e308);
    ib_dataset_free(&set);
}

/* ---- other formats ---- */

static void npy_may_lack_values(void **state)
{
    (void)state;
    struct ib_dataset set;
    assert_int_equal(ib_npy_write_f64("t.npy", IB_F32, 3, 2, (const double[]){1, 3, NAN, 6, 5, 7}), IB_OK);
    struct ib_dataset_spec spec = lacking("t.npy", IB_MISSING_DEFAULT);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.npy",
                   WORDS("[1, 0] is nan", "`missing: drop`"));
    spec.missing = IB_MISSING_MEAN;
    set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 3, 5}, 3);
    ib_dataset_free(&set);
    spec.missing = IB_MISSING_DROP;
    set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 5}, 2);
    ib_dataset_free(&set);
    assert_int_equal(ib_npy_write_f64("t.npy", IB_F32, 3, 2, (const double[]){1, 3, NAN, 6, INFINITY, 7}),
                     IB_OK);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.npy", WORDS("[2, 0] is inf"));
    assert_int_equal(ib_npy_write_f64("t.npy", IB_F64, 3, 2, (const double[]){1, 3, 2, NAN, 4, 7}), IB_OK);
    spec.missing = IB_MISSING_MEAN;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.npy",
                   WORDS("row 2 has no target", "--missing drop"));
}

static void json_may_lack_values(void **state)
{
    (void)state;
    struct ib_dataset set;
    const char *path =
        scratch_file("d.json", "{\"m\": 3, \"n\": 2, \"m_test\": 2, \"x\": [1, 2, null, 4, 5, 9], "
                               "\"y\": [1, 2, 4], \"x_test\": [5, null, 1, 1], \"y_test\": [1, 2]}");
    struct ib_dataset_spec spec = {.name = "d", .path = path};
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "d.json",
                   WORDS("`x`: element 3 is not a number: a value is missing", "`missing: drop`"));
    spec.missing = IB_MISSING_MEAN;
    set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 2, 3, 4, 5, 9}, 6);
    expect_values(set.x_test, (const double[]){5, 5, 1, 1}, 4);
    ib_dataset_free(&set);
    spec.missing = IB_MISSING_DROP;
    set = loaded(&spec);
    assert_int_equal(set.rows, 2);
    expect_values(set.x_test, (const double[]){1, 1}, 2);
    ib_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_values_are_refused),
        cmocka_unit_test(rows_that_lack_values_are_dropped),
        cmocka_unit_test(means_are_those_of_training_rows),
        cmocka_unit_test(the_split_comes_before_the_mean),
        cmocka_unit_test(words_may_be_missing),
        cmocka_unit_test(the_first_row_may_lack_values),
        cmocka_unit_test(rows_may_lack_all_values),
        cmocka_unit_test(means_need_values),
        cmocka_unit_test(numbers_at_the_edge_have_a_mean),
        cmocka_unit_test(npy_may_lack_values),
        cmocka_unit_test(json_may_lack_values),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
