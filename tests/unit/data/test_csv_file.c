/* Files of CSV and TSV: spellings, columns, delimiters, and every error with its line. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The same table, in many spellings. */
static void csv_is_read_in_all_spellings(void **state)
{
    (void)state;
    const char *const texts[] = {
        "1,2,3\n4,5,6\n7,8,10\n",
        "a,b,y\n1,2,3\n4,5,6\n7,8,10\n",
        "a,b,y\r\n1,2,3\r\n4,5,6\r\n7,8,10\r\n",
        "a,b,y\r1,2,3\r4,5,6\r7,8,10",
        "1,2,3\n4,5,6\n7,8,10",
        "\n\na,b,y\n1,2,3\n\n4,5,6\n7,8,10\n\n\n",
        "\xEF\xBB\xBF"
        "a,b,y\n1,2,3\n4,5,6\n7,8,10\n",
        "a;b;y\n1;2;3\n4;5;6\n7;8;10\n",
        "a\tb\ty\n1\t2\t3\n4\t5\t6\n7\t8\t10\n",
        " a , b , y \n 1 ,\t2 , 3\n4, 5,6 \n7,8,10\n",
        "\"a\",\"b, or \"\"c\"\"\",\"y\"\n\"1\",2,\"3\"\n4,\"5\" ,6\n7,8,10\n",
        "a,\"two\nlines\",y\n1,2,3\n4,5,6\n7,8,10\n",
        "1.0,2e0,+3\n4.,0.5e1,6\n7,8,1E+1\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ib_dataset set = loaded_text("t.csv", texts[i]);
        assert_int_equal(set.rows, 3);
        assert_int_equal(set.test_rows, 3);
        assert_int_equal(set.cols, 2);
        assert_int_equal(set.outputs, 1);
        assert_int_equal(set.task, IB_REGRESSION);
        expect_values(set.x, (const double[]){1, 2, 4, 5, 7, 8}, 6);
        expect_values(set.y, (const double[]){3, 6, 10}, 3);
        expect_values(set.x_test, (const double[]){1, 2, 4, 5, 7, 8}, 6);
        ib_dataset_free(&set);
    }
}

/* Every number is read as strtod reads it, to the last bit. */
static void csv_numbers_are_read_exactly(void **state)
{
    (void)state;
    const char *const numbers[] = {"0",
                                   "-0",
                                   "0.1",
                                   "-0.1",
                                   ".5",
                                   "5.",
                                   "-.25",
                                   "123456789012345",
                                   "1234567890123456",
                                   "0.123456789012345",
                                   "0.1234567890123456",
                                   "9007199254740993",
                                   "1e22",
                                   "1e23",
                                   "-1.7976931348623157e308",
                                   "5e-324",
                                   "1e-400",
                                   "3.141592653589793238462643383279",
                                   "00012.50",
                                   "100000000000000000000000000",
                                   "0.000001",
                                   "+7.5",
                                   "1e5"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s,1\n0,2\n", numbers[i]);
        struct ib_dataset set = loaded_text("n.csv", text);
        double want = strtod(numbers[i], NULL);
        assert_memory_equal(&set.x[0], &want, sizeof want);
        ib_dataset_free(&set);
    }
}

static void csv_target_is_the_named_column(void **state)
{
    (void)state;
    const struct {
        const char *target;
        double y0, x00, x01;
        const char *name;
    } cases[] = {
        {NULL, 3, 1, 2, "c"}, {"a", 1, 2, 3, "a"},  {"b", 2, 1, 3, "b"},  {"1", 1, 2, 3, "a"},
        {"3", 3, 1, 2, "c"},  {"-1", 3, 1, 2, "c"}, {"-3", 1, 2, 3, "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = whole(scratch_file("t.csv", "a,b,c\n1,2,3\n4,5,6\n"));
        spec.target = cases[i].target ? WORDS(cases[i].target) : NULL;
        assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
        assert_true(set.y[0] == cases[i].y0);
        assert_true(set.x[0] == cases[i].x00);
        assert_true(set.x[1] == cases[i].x01);
        assert_string_equal(set.target, cases[i].name);
        ib_dataset_free(&set);
    }
}

/* A name comes before a number. */
static void csv_target_may_be_named_as_a_number(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "x,1\n5,6\n7,9\n"));
    spec.target = WORDS("1");
    spec.header = IB_HEADER_YES;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_true(set.y[0] == 6);
    ib_dataset_free(&set);
}

static void csv_header_is_as_told(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "2019,2020\n1,2\n3,4\n"));
    spec.header = IB_HEADER_YES;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.rows, 2);
    assert_string_equal(set.target, "2020");
    ib_dataset_free(&set);
    spec.header = IB_HEADER_NO;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.rows, 3);
    assert_string_equal(set.target, "y");
    ib_dataset_free(&set);
}

static void bad_csv_is_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *where, *words[4];
    } cases[] = {
        {"a,b\n1,2\n3\n", "t.csv:3:1", {"1 columns", "first row has 2"}},
        {"a,b\n1,2\n3,4,5\n", "t.csv:3:3", {"more columns", "2"}},
        {"a,b\n1,2\n3,x4\n", "t.csv:3:3", {"column `b`", "`x4`", "not a number"}},
        {"1,2\n3,x4\n", "t.csv:2:3", {"column 2", "`x4`", "not a number"}},
        {"a,b\n1,2\n3,\n", "t.csv:3:3", {"column `b`", "empty"}},
        {"a,b\n1,2\n,3\n", "t.csv:3:1", {"column `a`", "empty"}},
        {"a,b\n1,2\n\"\",3\n", "t.csv:3:1", {"column `a`", "empty"}},
        {"1,,2\n3,4,5\n", "t.csv:1:3", {"column 2", "empty"}},
        {"a,b\n1,2\n3,nan\n", "t.csv:3:3", {"column `b`", "`nan`", "not a finite"}},
        {"1,inf\n3,4\n", "t.csv:1:3", {"column 2", "`inf`", "not a finite"}},
        {"a,b\n1,2\n3,1e999\n", "t.csv:3:3", {"`1e999`", "not a finite"}},
        {"a,b\n1,2\n0x10,3\n", "t.csv:3:1", {"`0x10`", "not a number"}},
        {"a,b\n1,2\n1 2,3\n", "t.csv:3:1", {"`1 2`", "not a number"}},
        {"a,b\n1,2\n3,\"4\n", "t.csv:3:3", {"unclosed quote"}},
        {"a,b\n1,2\n\"3\"4,5\n", "t.csv:3:4", {"after a closing quote"}},
        {"a,\"b\nc\"\n1,2\n3,x\n", "t.csv:4:3", {"`x`"}}, /* lines within quotes count */
        {"a,b\r\n1,2\r\n3,x\r\n", "t.csv:3:3", {"`x`"}},
        {"1 2 3\n4 5 6\n", "t.csv:1:1", {"only one column"}},
        {"", "t.csv", {"empty"}},
        {"\n\n", "t.csv", {"empty"}},
        {"a,b\n", "t.csv", {"0 training", "at least 2 and 1"}},
        {"a,b\n1,2\n", "t.csv", {"1 training", "at least 2 and 1"}},
        {"a,b\n1,3\n2,3\n", "t.csv", {"target `b` is 3", "all 2 training rows"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = whole(scratch_file("t.csv", cases[i].text));
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, cases[i].where, cases[i].words);
        assert_null(set.x);
    }
}

static void binary_csv_is_refused(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_bytes("b.csv", "1,2\0,3\n4,5,6\n", 14));
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "b.csv", WORDS("byte 4 is NUL"));
}

static void missing_csv_target_is_refused(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "area,price\n1,2\n3,4\n"));
    const char *const bad[] = {"prize", "0", "3", "-3", "1.0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        spec.target = WORDS(bad[i]);
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:1",
                       WORDS("target column", bad[i], "1 to 2"));
    }
    spec.target = WORDS("prize");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:1", WORDS("did you mean `price`?"));
    spec = whole(scratch_file("twice.csv", "y,x,y\n1,2,3\n3,4,5\n"));
    spec.target = WORDS("y");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "twice.csv:1:5", WORDS("two columns"));
}

static void csv_delimiter_is_as_told(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "a|b|y\n1|2|3\n4|5|6\n"));
    spec.delimiter = '|';
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    expect_values(set.x, (const double[]){1, 2, 4, 5}, 4);
    assert_string_equal(set.guesses, "t.csv: first row taken as names (header: true); last column taken as "
                                     "target (target: y); targets 3 and 6 taken as numbers, not "
                                     "classes (task: regression)");
    ib_dataset_free(&set);
    /* A comma file whose names contain a semicolon: the remedy is named. */
    spec = whole(scratch_file("t.csv", "a;x,b\n1,2\n3,4\n"));
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:2:1",
                   WORDS("1 columns", "semicolons", "`delimiter`", "--delimiter"));
    spec.delimiter = ',';
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    ib_dataset_free(&set);
}

static void tsv_is_read_in_any_case(void **state)
{
    (void)state;
    const char *const names[] = {"t.tsv", "t.TSV", "t.Tsv"};
    for (size_t i = 0; i < 3; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = whole(scratch_file(names[i], "a, b\ty\n1\t2\n4\t5\n"));
        assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
        assert_int_equal(set.cols, 1);
        assert_null(strstr(set.guesses, "delimiter"));
        ib_dataset_free(&set);
    }
}

/* An e-mail to a colleague would quote the field and the column. */
static void long_names_keep_the_reason(void **state)
{
    (void)state;
    char text[2048];
    struct ib_dataset set;
    snprintf(text, sizeof text, "%0300dé,y\n1,2\n%0300dx,3\n", 1, 2);
    memset(text, 'n', 300);
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", text));
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:3:1",
                   WORDS("column `nnn", "nnné`: `000", "000002x` is not a number"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_read_in_all_spellings),
        cmocka_unit_test(csv_numbers_are_read_exactly),
        cmocka_unit_test(csv_target_is_the_named_column),
        cmocka_unit_test(csv_target_may_be_named_as_a_number),
        cmocka_unit_test(csv_header_is_as_told),
        cmocka_unit_test(bad_csv_is_refused),
        cmocka_unit_test(binary_csv_is_refused),
        cmocka_unit_test(missing_csv_target_is_refused),
        cmocka_unit_test(csv_delimiter_is_as_told),
        cmocka_unit_test(tsv_is_read_in_any_case),
        cmocka_unit_test(long_names_keep_the_reason),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
