/* Files of JSON: what is read, and every error with its place. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read),
        cmocka_unit_test(bad_json_is_refused),
        cmocka_unit_test(json_numbers_are_f64),
        cmocka_unit_test(json_knows_its_split),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
