/* data/libsvm.c: rows of INDEX:VALUE, and every mistake with its place. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void rows_are_read_in_all_spellings(void **state)
{
    (void)state;
    const char *const texts[] = {
        "3 1:1 2:2\n6 2:5\n10 1:-0.5\n",
        "3 1:1 2:2\r\n6 2:5\r\n10 1:-0.5\r\n",
        "3 1:1 2:2\r6 2:5\r10 1:-0.5",
        "# from somewhere\n\n+3 1:1 2:2 # a note 7:1\n\t6   2:5\t\n#\n1e1 1:-5e-1",
        "\xEF\xBB\xBF"
        "3 1:1 2:2\n6 1:0 2:5\n10 1:-.5 2:0\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct ib_dataset_spec spec = whole(scratch_file("t.libsvm", texts[i]));
        struct ib_dataset set = loaded(&spec);
        assert_int_equal(set.rows, 3);
        assert_int_equal(set.cols, 2);
        expect_values(set.x, (const double[]){1, 2, 0, 5, -0.5, 0}, 6);
        expect_values(set.y, (const double[]){3, 6, 10}, 3);
        ib_dataset_free(&set);
    }
}

static void classes_may_be_minus_one_and_one(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = whole(scratch_file("t.svm", "-1 1:1\n+1 1:2\n-1\n"));
    spec.positive = "1";
    struct ib_dataset set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 2, 0}, 3); /* a row may have no feature */
    expect_values(set.y, (const double[]){0, 1, 0}, 3);
    ib_dataset_free(&set);
}

/* Features that a file does not mention are 0. */
static void test_rows_may_end_with_other_features(void **state)
{
    (void)state;
    const char *const texts[] = {"1 1:5 3:7\n2 2:6\n", "1 1:5\n2 1:6\n3 1:1\n"};
    const double wide[] = {5, 0, 7, 0, 6, 0}, narrow[] = {5, 0, 0, 6, 0, 0, 1, 0, 0};
    struct ib_dataset_spec spec = {.name = "d", .path = "a.svm", .test = "b.svm"};
    scratch_file("a.svm", texts[0]);
    scratch_file("b.svm", texts[1]);
    struct ib_dataset set = loaded(&spec);
    assert_int_equal(set.cols, 3);
    expect_values(set.x, wide, 6);
    expect_values(set.x_test, narrow, 9);
    ib_dataset_free(&set);
    spec.path = "b.svm";
    spec.test = "a.svm";
    set = loaded(&spec);
    expect_values(set.x, narrow, 9);
    expect_values(set.x_test, wide, 6);
    ib_dataset_free(&set);
}

static void mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    const struct {
        const char *text, *where, *words[3];
    } cases[] = {
        {"1 1:2\n2 0:3\n", "t.svm:2:3", {"`0:3` has index 0; indices begin with 1", "zero_based=False"}},
        {"1 1:2 1:3\n", "t.svm:1:7", {"`1:3` has the same index"}},
        {"1 2:2 1:3\n", "t.svm:1:7", {"`1:3` has a smaller index", "ascend"}},
        {"1 1000001:2\n", "t.svm:1:3", {"index above 1000000"}},
        {"1 99999999999999999999:2\n", "t.svm:1:3", {"is not INDEX:VALUE"}},
        {"1 9999999999999999999999999999:2\n", "t.svm:1:3", {"is not INDEX:VALUE"}},
        {"1 -1:2\n", "t.svm:1:3", {"is not INDEX:VALUE"}},
        {"1 a:2\n", "t.svm:1:3", {"is not INDEX:VALUE"}},
        {"1 :2\n", "t.svm:1:3", {"is not INDEX:VALUE"}},
        {"1 1\n", "t.svm:1:3", {"`1` is not INDEX:VALUE"}},
        {"1 qid:3 1:2\n", "t.svm:1:3", {"query"}},
        {"1 1:\n", "t.svm:1:5", {"is empty"}},
        {"1 1:x\n", "t.svm:1:5", {"`x` is not a number"}},
        {"1 1:nan\n", "t.svm:1:5", {"`nan` is not a finite number"}},
        {"1 1:2:3\n", "t.svm:1:5", {"`2:3` is not a number"}},
        {"1 1:1,5\n", "t.svm:1:5", {"decimal comma"}},
        {"1:2 2:3\n", "t.svm:1:1", {"`1:2` is a feature", "target must come first"}},
        {"1,2 1:3\n", "t.svm:1:1", {"several targets"}},
        {"yes 1:3\n", "t.svm:1:1", {"`yes` is not a number"}},
        {"# only\n\n", "t.svm", {"no rows"}},
        {"", "t.svm", {"no rows"}},
        {"1\n2\n", "t.svm", {"no row has a feature"}},
        {"1 1:1\n", "t.svm", {"1 training"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        const struct ib_dataset_spec spec = whole(scratch_file("t.svm", cases[i].text));
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, cases[i].where, cases[i].words);
    }
}

/* A few bytes must not become a table that fills memory: refused before it is allocated. */
static void dense_tables_must_fit_into_memory(void **state)
{
    (void)state;
    enum { ROWS = 500000 };
    struct ib_arena arena = {0};
    struct ib_dataset set;
    char *text = ib_arena_alloc(&arena, 2 * ROWS + 32);
    for (size_t i = 0; i < ROWS; i++)
        strcpy(text + 2 * i, "1\n");                  /* NOLINT: it fits */
    strcpy(text + 2 * (size_t)ROWS, "2 1000000:1\n"); /* NOLINT: it fits */
    const struct ib_dataset_spec spec = whole(scratch_file("t.svm", text));
    ib_arena_free(&arena);
    expect_failure(ib_dataset_load(&spec, &set), IB_ENOMEM, "t.svm", WORDS("4.00 TB would be needed"));
}

static void keys_of_tables_do_not_apply(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.svm", "1 1:1\n2 1:2\n"));
    spec.where = "c.yaml:3";
    spec.header = IB_HEADER_NO;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3",
                   WORDS("`header` does not apply to LIBSVM data; allowed: none of these keys"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_in_all_spellings),
        cmocka_unit_test(classes_may_be_minus_one_and_one),
        cmocka_unit_test(test_rows_may_end_with_other_features),
        cmocka_unit_test(mistakes_are_named_with_their_place),
        cmocka_unit_test(dense_tables_must_fit_into_memory),
        cmocka_unit_test(keys_of_tables_do_not_apply),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
