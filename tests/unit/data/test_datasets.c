/* Data sets: reading CSV, JSON and NPY, splitting, finding, and every error with its place. */
#include "base/npy.h"
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct ib_dataset load_text(const char *name, const char *text)
{
    const struct ib_dataset_spec spec = whole(scratch_file(name, text));
    return loaded(&spec);
}

/* ---- CSV ---- */

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
        struct ib_dataset set = load_text("t.csv", texts[i]);
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
        struct ib_dataset set = load_text("n.csv", text);
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

/* ---- JSON ---- */

#define JSON_START "{\"m\": 2, \"n\": 2, \"m_test\": 1, "

static void json_is_read(void **state)
{
    (void)state;
    struct ib_dataset set;
    const char *path =
        scratch_file("d.json", JSON_START "\"x\": [1, 2, 3, 4.5], \"y\": [10, -20],\n"
                                          "\"x_test\": [5, 6], \"y_test\": [1e1], \"more\": null}");
    struct ib_dataset_spec spec = {.name = "d", .path = path};
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.rows, 2);
    assert_int_equal(set.test_rows, 1);
    assert_int_equal(set.cols, 2);
    assert_int_equal(set.task, IB_REGRESSION);
    expect_values(set.x, (const double[]){1, 2, 3, 4.5}, 4);
    expect_values(set.y, (const double[]){10, -20}, 2);
    expect_values(set.x_test, (const double[]){5, 6}, 2);
    expect_values(set.y_test, (const double[]){10}, 1);
    ib_dataset_free(&set);
}

/* After a byte-order mark, and integers that 64 bits do not hold. */
static void json_numbers_are_f64(void **state)
{
    (void)state;
    struct ib_dataset set;
    const char *path = scratch_file("d.json", "\xEF\xBB\xBF" JSON_START
                                              "\"x\": [18446744073709551617, 2, -9223372036854775809, 4], "
                                              "\"y\": [1, 2], \"x_test\": [5, 6], \"y_test\": [1]}");
    struct ib_dataset_spec spec = {.name = "d", .path = path};
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    expect_values(set.x, (const double[]){0x1p64, 2, -0x1p63, 4}, 4);
    ib_dataset_free(&set);
}

static void bad_json_is_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *where, *words[4];
    } cases[] = {
        {JSON_START "\"x\": [1,2,3], \"y\": [1,2], \"x_test\": [1,2], \"y_test\": [1]}",
         "d.json",
         {"`x` has 3 elements", "m * n = 4"}},
        {JSON_START "\"x\": [1,2,3,4], \"y\": [1,2,3], \"x_test\": [1,2], \"y_test\": [1]}",
         "d.json",
         {"`y` has 3 elements", "m = 2"}},
        {JSON_START "\"x\": [1,2,3,4], \"y\": [1,2], \"x_test\": [1,2,3], \"y_test\": [1]}",
         "d.json",
         {"`x_test` has 3 elements", "m_test * n = 2"}},
        {JSON_START "\"x\": [1,2,3,4], \"y\": [1,2], \"x_test\": [1,2], \"y_test\": []}",
         "d.json",
         {"`y_test` has 0 elements", "m_test = 1"}},
        {JSON_START "\"x\": [1,2,3,4], \"x_test\": [1,2], \"y_test\": [1]}", "d.json", {"`y` is missing"}},
        {"{\"m\": 2, \"x\": []}", "d.json", {"`n` is missing", "m_test"}},
        {"{\"m\": 0, \"n\": 2, \"m_test\": 1}", "d.json", {"`m`", "integer from 1"}},
        {"{\"m\": 2.5, \"n\": 2, \"m_test\": 1}", "d.json", {"`m`", "integer from 1"}},
        {"{\"m\": 99999999999, \"n\": 2, \"m_test\": 1}", "d.json", {"`m`", "integer from 1"}},
        {JSON_START "\"x\": [1,2,\"3\",4], \"y\": [1,2], \"x_test\": [1,2], \"y_test\": [1]}",
         "d.json",
         {"`x`", "element 3 is not a number"}},
        {JSON_START "\"x\": [1,2,null,4], \"y\": [1,2], \"x_test\": [1,2], \"y_test\": [1]}",
         "d.json",
         {"`x`", "element 3 is not a number"}},
        {JSON_START "\"x\": {}, \"y\": [1,2], \"x_test\": [1,2], \"y_test\": [1]}",
         "d.json",
         {"`x` is not an array"}},
        {JSON_START "\"x\": [1,2,3,4], \"y\": [7,7], \"x_test\": [1,2], \"y_test\": [1]}",
         "d.json",
         {"target `y` is 7", "all 2"}},
        {"{\"m\": 1, \"n\": 1, \"m_test\": 1, \"x\": [1], \"y\": [1], \"x_test\": [1], \"y_test\": [1]}",
         "d.json",
         {"1 training", "at least 2"}},
        {"[1, 2]", "d.json", {"not a JSON object"}},
        {"{\"m\": 2,\n \"n\": nan}", "d.json:2:9", {"invalid JSON"}},
        {"", "d.json:1", {"invalid JSON"}},
        {"{\"m\": 2, \"m\": 3}", "d.json:1:12", {"invalid JSON", "duplicate"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = {.name = "d", .path = scratch_file("d.json", cases[i].text)};
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, cases[i].where, cases[i].words);
    }
}

static void json_knows_its_split(void **state)
{
    (void)state;
    struct ib_dataset set;
    const char *path = scratch_file("d.json", JSON_START "\"x\": [1, 2, 3, 4], \"y\": [1, 2],"
                                                         "\"x_test\": [5, 6], \"y_test\": [1]}");
    const struct ib_dataset_spec specs[] = {
        {.name = "d", .path = path, .test_fraction = 0.5, .where = "c.yaml:3"},
        {.name = "d", .path = path, .test = path, .where = "c.yaml:3"},
        {.name = "d", .path = path, .seed = 3, .where = "c.yaml:3"},
        {.name = "d", .path = path, .target = WORDS("y"), .where = "c.yaml:3"},
        {.name = "d", .path = path, .header = IB_HEADER_NO, .where = "c.yaml:3"},
        {.name = "d", .path = path, .delimiter = ';', .where = "c.yaml:3"},
    };
    const char *const words[] = {"test_fraction", "test", "seed", "target", "header", "delimiter"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        expect_failure(ib_dataset_load(&specs[i], &set), IB_EINVAL, "c.yaml:3",
                       WORDS(words[i], "does not apply"));
}

/* ---- NPY ---- */

static const char *npy_file(const char *name, enum ib_dtype type, uint64_t rows, uint64_t cols,
                            const double *values)
{
    assert_int_equal(ib_npy_write_f64(name, type, rows, cols, values), IB_OK);
    return name;
}

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

/* ---- Splitting, task, hash ---- */

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
    struct ib_dataset set = load_text("t.csv", "5,0\n6,1\n7,1\n");
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

/* ---- Classes ---- */

static enum ib_status load_classes(const char *name, const char *positive, struct ib_dataset *set)
{
    struct ib_dataset_spec spec = whole(name);
    spec.positive = positive;
    return ib_dataset_load(&spec, set);
}

/* The same classes, in numbers and in words. */
static void two_values_become_classes(void **state)
{
    (void)state;
    const struct {
        const char *text, *positive;
    } cases[] = {{"5,-1\n6,1\n7,1\n", "1"},
                 {"5,1\n6,2\n7,2\n", "2"},
                 {"5,2\n6,1\n7,1\n", "1.0"},
                 {"5,0.5\n6,3\n7,3\n", "3"},
                 {"5,no\n6,yes\n7,yes\n", "yes"},
                 {"a,y\n5,M\n6,B\n7,B\n", "B"},
                 {"5,False\n6,True\n7,True\n", "True"},
                 {"5,1\n6,0\n7,0\n", "0"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        scratch_file("t.csv", cases[i].text);
        assert_int_equal(load_classes("t.csv", cases[i].positive, &set), IB_OK);
        assert_int_equal(set.task, IB_CLASSIFICATION);
        expect_values(set.y, (const double[]){0, 1, 1}, 3);
        assert_null(set.no_classes);
        ib_dataset_free(&set);
    }
    struct ib_dataset set;
    npy_file("t.npy", IB_F32, 3, 2, (const double[]){5, 1, 6, 2, 7, 2});
    assert_int_equal(load_classes("t.npy", "2", &set), IB_OK);
    expect_values(set.y, (const double[]){0, 1, 1}, 3);
    ib_dataset_free(&set);
}

static void other_classes_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *positive, *where, *words[3];
    } cases[] = {
        {"5,0\n6,1\n7,2\n", "1", "t.csv", {"two values", "it has 0, 1 and 2"}},
        {"5,1\n6,2\n7,2\n", "3", "t.csv", {"`positive: 3`", "it has 1 and 2"}},
        {"1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n", "3", "t.csv", {"it has 6 integers"}},
        {"5,no\n6,yes\n7,so\n", "yes", "t.csv:3:3", {"`so` is a third class", "`yes` and `no`"}},
        {"5,no\n6,yes\n7,NA\n", "yes", "t.csv:3:3", {"column 2: `NA` is not a number: a value is missing"}},
        {"5,no\n6,yes\n7,\n", "yes", "t.csv:3:3", {"empty"}},
        {"5,no\n6,yes\n7,no\n", "Yes", "t.csv:2:3", {"`yes` is a third class"}},
        {"5,no\n6,no\n7,no\n", "yes", "t.csv", {"`positive: yes`", "no value of target"}},
        {"5,yes\n6,yes\n7,yes\n", "yes", "t.csv", {"every value of target"}},
        {"5,no\n6,yes\n7,no\n", "1", "t.csv:1:3", {"`no` is not a number"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        scratch_file("t.csv", cases[i].text);
        expect_failure(load_classes("t.csv", cases[i].positive, &set), IB_EINVAL, cases[i].where,
                       cases[i].words);
    }
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "5,1\n6,2\n"));
    spec.positive = "2";
    spec.task = IB_REGRESSION;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv",
                   WORDS("`positive`", "`task: regression`"));
    spec = (struct ib_dataset_spec){.name = "d",
                                    .path = scratch_file("a.csv", "1,no\n2,yes\n"),
                                    .test = scratch_file("b.csv", "1,No\n"),
                                    .positive = "yes"};
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "b.csv", WORDS("third class, `No`"));
}

/* Numbered from 0: integers in ascending, words in alphabetical order. */
static void many_classes_are_numbered(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum ib_task task;
        uint64_t classes;
        double y[5];
    } cases[] = {
        {"1,3\n2,-1\n3,7\n4,3\n5,-1\n", IB_CLASSIFICATION, 3, {1, 0, 2, 1, 0}},
        {"1,2\n2,1\n3,3\n4,2\n5,0\n", IB_CLASSIFICATION, 4, {2, 1, 3, 2, 0}},
        {"a,y\n1,oak\n2,elm\n3,ash\n4,oak\n5,elm\n", 0, 3, {2, 1, 0, 2, 1}},
        {"1.5,oak\n2,elm\n3,ash\n4,oak\n5,elm\n", 0, 3, {2, 1, 0, 2, 1}}, /* without a header */
        {"a,y\n1,yes\n2,no\n3,no\n4,yes\n5,no\n", 0, 2, {1, 0, 0, 1, 0}},
        {"a,y\n1,b\n2,a\n3,b\n4,a\n5,a\n", IB_CLASSIFICATION, 2, {1, 0, 1, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset_spec spec = whole(scratch_file("t.csv", cases[i].text));
        struct ib_dataset set;
        spec.task = cases[i].task;
        assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
        assert_int_equal(set.task, IB_CLASSIFICATION);
        assert_int_equal(set.classes, cases[i].classes);
        assert_int_equal(set.outputs, 1);
        expect_values(set.y, cases[i].y, 5);
        expect_values(set.y_test, cases[i].y, 5);
        ib_dataset_free(&set);
    }
    struct ib_dataset set = load_text("t.csv", "a,y\n1,yes\n2,no\n3,no\n");
    assert_non_null(strstr(set.guesses, "targets no and yes taken as classes 0 and 1 (positive: yes)"));
    ib_dataset_free(&set);
    set = load_text("t.csv", "a,y\n1,oak\n2,elm\n3,ash\n");
    assert_non_null(strstr(set.guesses, "targets ash, elm and oak taken as classes (task: classification)"));
    ib_dataset_free(&set);
}

/* Rows that are dropped may take a word with them. */
static void classes_that_do_not_occur_are_not_numbered(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "a,y\n1,oak\n,elm\n3,ash\n4,oak\n5,yew\n"));
    struct ib_dataset set;
    spec.missing = IB_MISSING_DROP;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.classes, 3);
    expect_values(set.y, (const double[]){1, 0, 1, 2}, 4);
    ib_dataset_free(&set);
}

/* Words have the numbers of the training rows, also those that only test rows have. */
static void classes_of_a_second_file_are_the_same(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = {.name = "d",
                                   .path = scratch_file("train.csv", "a,y\n1,oak\n2,elm\n3,elm\n"),
                                   .test = scratch_file("test.csv", "a,y\n1,elm\n2,ash\n3,oak\n")};
    struct ib_dataset set;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(set.classes, 3);
    expect_values(set.y, (const double[]){2, 1, 1}, 3);
    expect_values(set.y_test, (const double[]){1, 0, 2}, 3);
    ib_dataset_free(&set);
    scratch_file("test.csv", "a,y\n1,2\n");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "test.csv",
                   WORDS("target `y` holds numbers here, but words in", "train.csv"));
}

static void what_cannot_be_classes_is_refused(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum ib_task task;
        const char *where, *words[3];
    } cases[] = {
        {"5,1\n6,2\n7,2\n",
         IB_CLASSIFICATION,
         "t.csv",
         {"are 1 and 2; two classes must be 0 and 1", "`positive: 2`"}},
        {"5,0\n6,0.5\n7,2\n",
         IB_CLASSIFICATION,
         "t.csv",
         {"0, 0.5 and 2, of which 0.5 is one; classes must be integers"}},
        {"5,4\n6,4\n7,4\n", IB_CLASSIFICATION, "t.csv", {"is always 4; classes must be two at least"}},
        {"a,y\n5,oak\n6,1\n",
         0,
         "t.csv:3:3",
         {"`1` is a number, but the target's first value is the word `oak`"}},
        {"a,y\n5,1\n6,oak\n", 0, "t.csv:3:3", {"`oak` is not a number"}},
        {"a,y\n5,oak\n6,elm\n", IB_REGRESSION, "t.csv:2:3", {"`oak` is not a number"}},
        {"a,y\n5,oak\n6,\n", 0, "t.csv:3:3", {"empty", "`missing: drop`"}},
        {"0,1,oak\n5,6,elm\n", 0, "t.csv:1:5", {"`oak`", "header: true"}}, /* 0, 1 may be names */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset_spec spec = whole(scratch_file("t.csv", cases[i].text));
        struct ib_dataset set;
        spec.task = cases[i].task;
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, cases[i].where, cases[i].words);
    }
}

/* ---- Several targets ---- */

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

/* What a message about a model that needs classes can say. */
static void values_that_are_no_classes_are_named(void **state)
{
    (void)state;
    struct ib_dataset set = load_text("t.csv", "5,-1\n6,1\n7,1\n");
    assert_non_null(strstr(set.no_classes, "target `y` are -1 and 1"));
    assert_non_null(strstr(set.no_classes, "`positive: 1` (train: --positive 1)"));
    assert_non_null(strstr(set.guesses, "targets -1 and 1 taken as numbers, not classes (task: regression)"));
    ib_dataset_free(&set);
    set = load_text("t.csv", "5,0\n6,1\n7,2\n");
    assert_non_null(strstr(set.no_classes, "are 0, 1 and 2, taken as numbers; `task: classification` (train: "
                                           "--task classification) makes them classes"));
    ib_dataset_free(&set);
    set = load_text("t.csv", "1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n");
    assert_non_null(strstr(set.no_classes, "are 6 integers, taken as numbers; `task: classification`"));
    assert_non_null(strstr(set.guesses, "targets taken as numbers (task: regression)"));
    ib_dataset_free(&set);
    struct ib_dataset_spec spec = {.name = "d",
                                   .path = "t.csv",
                                   .header = IB_HEADER_NO,
                                   .target = WORDS("2"),
                                   .task = IB_REGRESSION,
                                   .test_fraction = 1};
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_null(set.guesses); /* the description says it all */
    ib_dataset_free(&set);
}

/* ---- Numbers at the edges of their type ---- */

static void numbers_beyond_f64_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *train, *test, *words[4];
    } cases[] = {
        {"1,1e200\n2,2e200\n3,5\n", "1,1\n", {"target `y` reaches 2e+200", "f64", "1e+100"}},
        {"1,1\n2,2\n3,5\n", "1,-1e151\n", {"target `y` reaches -1e+151"}},
        {"1,1e-200\n2,2e-200\n3,0\n", "1,0\n", {"standard deviation of", "e-201", "1e-100"}},
        {"1,5e-324\n2,0\n3,0\n", "1,0\n", {"standard deviation"}},
        {"1e-200,1\n2e-200,2\n0,5\n", "1,0\n", {"column 1 lies", "standard deviations", "test row"}},
        {"1,0.3\n2,0.30000000000000004\n3,0.3\n", "1,0\n", {"target `y` varies by rounding only"}},
        {"1e308,1\n-1e308,2\n0,4\n", "1.7e308,0\n", {NULL}},
        {"1,1e90\n2,2e90\n3,5\n", "1,0\n", {NULL}},
        {"1,1e-90\n2,2e-90\n3,0\n", "1,0\n", {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = {.name = "d",
                                       .path = scratch_file("t.csv", cases[i].train),
                                       .test = scratch_file("test.csv", cases[i].test)};
        enum ib_status status = ib_dataset_load(&spec, &set);
        if (cases[i].words[0])
            expect_failure(status, IB_EINVAL, "t.csv", cases[i].words);
        else
            assert_int_equal(status, IB_OK);
        if (status == IB_OK)
            ib_dataset_free(&set);
    }
}

static void f32_holds_less(void **state)
{
    (void)state;
    struct ib_dataset set = load_text("t.csv", "1,1e31\n2,2e31\n3,5\n");
    assert_null(set.no_f32);
    assert_non_null(strstr(set.no_f32_target, "target `y` reaches 2e+31"));
    ib_dataset_free(&set);
    struct ib_dataset_spec spec = {.name = "d",
                                   .path = scratch_file("t.csv", "a,b,y\n1,1e-31,1\n2,0,2\n"),
                                   .test = scratch_file("test.csv", "a,b,y\n1,1,1\n")};
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_non_null(strstr(set.no_f32, "column `b` lies 2e+31 standard deviations"));
    assert_null(set.no_f32_target);
    ib_dataset_free(&set);
    set = load_text("t.csv", "1,10\n2,20\n3,5\n");
    assert_null(set.no_f32);
    assert_null(set.no_f32_target);
    ib_dataset_free(&set);
}

/* The same hash is the same data: every part counts. */
static void hash_follows_the_contents(void **state)
{
    (void)state;
    const char *const texts[] = {"1,0\n2,1\n3,1\n", "1,1\n2,0\n3,1\n",       "1,0\n2,1\n4,1\n",
                                 "1,0\n3,1\n2,1\n", "1,0,0\n2,1,1\n3,1,1\n", "1,0\n2,1\n3,1\n3,1\n"};
    enum { N = sizeof texts / sizeof *texts };
    char hashes[N + 1][IB_HASH_HEX];
    for (size_t i = 0; i < N; i++) {
        struct ib_dataset set = load_text("t.csv", texts[i]);
        memcpy(hashes[i], set.sha256, sizeof set.sha256);
        ib_dataset_free(&set);
    }
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", texts[0]));
    spec.task = IB_REGRESSION;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    memcpy(hashes[N], set.sha256, sizeof set.sha256);
    ib_dataset_free(&set);
    for (size_t i = 0; i <= N; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(hashes[i], hashes[j]);
}

/* ---- Files that cannot be read, names ---- */

static void unreadable_files_are_refused(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole("nowhere.csv");
    expect_failure(ib_dataset_load(&spec, &set), IB_EIO, "nowhere.csv", WORDS("cannot open", "No such file"));
    assert_int_equal(mkdir("folder.csv", 0700), 0);
    spec = whole("folder.csv");
    expect_failure(ib_dataset_load(&spec, &set), IB_EIO, "folder.csv", WORDS("not a regular file"));
    spec = whole("data.xls");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "data.xls",
                   WORDS(".csv, .tsv, .json, .npy", ".svm, and may then end with .gz"));
}

static void data_is_found_by_name(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    const struct ib_dataset_spec specs[] = {{.name = "mine", .path = "m.csv", .seed = 5},
                                            {.name = "xor", .path = "o.csv"}};
    scratch_file("local.csv", "1,2\n3,4\n");
    scratch_file("local.yaml", "target: 1\ntask: regression\nseed: 9\nheader: false\ntest: other.csv\n");
    assert_int_equal(ib_dataset_find(&arena, "mine", specs, 2, ".", &found), IB_OK);
    assert_string_equal(found.path, "m.csv");
    assert_int_equal(found.seed, 5);
    assert_int_equal(ib_dataset_find(&arena, "xor", specs, 2, ".", &found), IB_OK);
    assert_string_equal(found.path, "o.csv"); /* the configuration's comes before the shipped one */
    assert_int_equal(ib_dataset_find(&arena, "local", specs, 2, ".", &found), IB_OK);
    assert_string_equal(found.path, "./local.csv");
    assert_string_equal(found.target[0], "1");
    assert_string_equal(found.test, "./other.csv");
    assert_int_equal(found.header, IB_HEADER_NO);
    assert_int_equal(found.seed, 9);
    assert_int_equal(ib_dataset_find(&arena, "xor", NULL, 0, NULL, &found), IB_OK);
    assert_string_equal(found.path, IB_SOURCE_DIR "/configs/datasets/xor.csv");
    assert_true(found.test_fraction == 1);
    assert_non_null(found.source);
    assert_non_null(found.licence);
    ib_arena_free(&arena);
}

static void extensions_may_be_capitals(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    scratch_file("capital.CSV", "1,2\n3,4\n");
    scratch_file("capital.yaml", "target: 1\n");
    assert_int_equal(ib_dataset_find(&arena, "capital", NULL, 0, ".", &found), IB_OK);
    assert_string_equal(found.path, "./capital.CSV");
    assert_string_equal(found.target[0], "1");
    scratch_file("capital.csv", "1,2\n3,4\n");
    assert_int_equal(ib_dataset_find(&arena, "capital", NULL, 0, ".", &found), IB_OK);
    assert_string_equal(found.path, "./capital.CSV"); /* the first by name */
    assert_ptr_equal(ib_dataset_format_of("a.Npy"), ib_dataset_format_of("a.npy"));
    assert_null(ib_dataset_format_of(".csv"));
    ib_arena_free(&arena);
}

static void data_is_found_by_path(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    assert_int_equal(ib_dataset_find(&arena, "some/where/d.csv", NULL, 0, NULL, &found), IB_OK);
    assert_string_equal(found.path, "some/where/d.csv");
    assert_string_equal(found.name, "d");
    assert_int_equal(ib_dataset_find(&arena, "d.json", NULL, 0, "configs", &found), IB_OK);
    assert_string_equal(found.path, "configs/d.json");
    assert_int_equal(ib_dataset_find(&arena, "/d.json", NULL, 0, "configs", &found), IB_OK);
    assert_string_equal(found.path, "/d.json");
    ib_arena_free(&arena);
}

static void unknown_names_are_refused(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    const struct ib_dataset_spec specs[] = {{.name = "housing", .path = "h.csv"}};
    const struct {
        const char *name, *near;
    } cases[] = {{"diabtes", "`diabetes`"}, {"housng", "`housing`"}, {"cancer", "unknown data set `cancer`"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_failure(ib_dataset_find(&arena, cases[i].name, specs, 1, NULL, &found), IB_EINVAL, "",
                       WORDS("unknown data set", cases[i].near));
    /* A file of another format is a path all the same. */
    struct ib_dataset set;
    scratch_file("table.xlsx", "x");
    assert_int_equal(ib_dataset_find(&arena, "table.xlsx", NULL, 0, NULL, &found), IB_OK);
    expect_failure(ib_dataset_load(&found, &set), IB_EINVAL, "table.xlsx", WORDS("must end with .csv, .tsv"));
    scratch_file("odd.csv", "1,2\n3,4\n");
    scratch_file("odd.yaml", "target: 1\ntaks: regression\n");
    expect_failure(ib_dataset_find(&arena, "odd.csv", NULL, 0, NULL, &found), IB_EINVAL, "./odd.yaml:2",
                   WORDS("`taks`", "`task`"));
    scratch_file("odd.yaml", "task: regresion\n");
    expect_failure(ib_dataset_find(&arena, "odd.csv", NULL, 0, NULL, &found), IB_EINVAL, "./odd.yaml:1",
                   WORDS("`task`", "`regresion`", "regression or classification"));
    /* A configuration that happens to have the same name is not about the data. */
    scratch_file("odd.yaml", "version: 1\nmatrix: {}\n");
    assert_int_equal(ib_dataset_find(&arena, "odd.csv", NULL, 0, NULL, &found), IB_OK);
    ib_arena_free(&arena);
}

static void known_names_are_listed(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    scratch_file("zebra.csv", "");
    scratch_file("zebra.json", "");
    scratch_file("notes.txt", "");
    const char *const *names = ib_dataset_names(&arena, ".");
    int zebras = 0, shipped = 0;
    for (size_t i = 0; names[i]; i++) {
        assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
        zebras += strcmp(names[i], "zebra") == 0;
        shipped +=
            !strcmp(names[i], "diabetes") || !strcmp(names[i], "breast_cancer") || !strcmp(names[i], "xor");
        assert_string_not_equal(names[i], "notes");
    }
    assert_int_equal(zebras, 1);
    assert_int_equal(shipped, 3);
    ib_arena_free(&arena);
}

/* ---- What ships, and the seed's files ---- */

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
        cmocka_unit_test(csv_is_read_in_all_spellings),
        cmocka_unit_test(csv_numbers_are_read_exactly),
        cmocka_unit_test(csv_target_is_the_named_column),
        cmocka_unit_test(csv_target_may_be_named_as_a_number),
        cmocka_unit_test(csv_header_is_as_told),
        cmocka_unit_test(bad_csv_is_refused),
        cmocka_unit_test(binary_csv_is_refused),
        cmocka_unit_test(missing_csv_target_is_refused),
        cmocka_unit_test(json_is_read),
        cmocka_unit_test(bad_json_is_refused),
        cmocka_unit_test(csv_delimiter_is_as_told),
        cmocka_unit_test(tsv_is_read_in_any_case),
        cmocka_unit_test(long_names_keep_the_reason),
        cmocka_unit_test(json_numbers_are_f64),
        cmocka_unit_test(two_values_become_classes),
        cmocka_unit_test(other_classes_are_refused),
        cmocka_unit_test(values_that_are_no_classes_are_named),
        cmocka_unit_test(many_classes_are_numbered),
        cmocka_unit_test(classes_that_do_not_occur_are_not_numbered),
        cmocka_unit_test(classes_of_a_second_file_are_the_same),
        cmocka_unit_test(what_cannot_be_classes_is_refused),
        cmocka_unit_test(several_targets_are_columns_in_their_order),
        cmocka_unit_test(targets_that_cannot_be_several_are_refused),
        cmocka_unit_test(numbers_beyond_f64_are_refused),
        cmocka_unit_test(f32_holds_less),
        cmocka_unit_test(extensions_may_be_capitals),
        cmocka_unit_test(json_knows_its_split),
        cmocka_unit_test(npy_is_read),
        cmocka_unit_test(npy_targets_may_be_apart),
        cmocka_unit_test(npy_test_rows_may_be_apart),
        cmocka_unit_test(bad_npy_is_refused),
        cmocka_unit_test(split_is_a_partition),
        cmocka_unit_test(split_depends_on_the_seed_alone),
        cmocka_unit_test(too_few_rows_cannot_be_split),
        cmocka_unit_test(test_rows_come_from_a_second_file),
        cmocka_unit_test(task_follows_the_targets),
        cmocka_unit_test(hash_follows_the_contents),
        cmocka_unit_test(unreadable_files_are_refused),
        cmocka_unit_test(data_is_found_by_name),
        cmocka_unit_test(data_is_found_by_path),
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(known_names_are_listed),
        cmocka_unit_test(shipped_data_is_as_described),
        cmocka_unit_test(nothing_is_guessed_about_shipped_data),
        cmocka_unit_test(files_of_the_seed_are_read),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
