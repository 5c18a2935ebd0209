/* data/one_hot.c, data/levels.c, data/csv_columns.c: columns of words, and ignored ones. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- words ---- */

static void words_become_features_in_alphabetical_order(void **state)
{
    (void)state;
    const struct ib_dataset_spec spec =
        whole(scratch_file("t.csv", "size,colour,y\n1,red,3\n2,\"blue\",5\n4, red ,6\n8,green,7\n"));
    struct ib_dataset set = loaded(&spec);
    assert_int_equal(set.cols, 4);
    /* size, blue, green, red */
    expect_values(set.x, (const double[]){1, 0, 0, 1, 2, 1, 0, 0, 4, 0, 0, 1, 8, 0, 1, 0}, 16);
    expect_values(set.y, (const double[]){3, 5, 6, 7}, 4);
    assert_string_equal(
        set.guesses, "t.csv: first row taken as names (header: true); column of words taken as one feature "
                     "per word: `colour` (3) (words: one_hot); last column taken as target (target: y); "
                     "targets 3, 5, 6 and 7 taken as numbers, not classes (task: regression)");
    ib_dataset_free(&set);
}

/* The order of rows changes only the order of rows. */
static void order_of_rows_does_not_matter(void **state)
{
    (void)state;
    const char *const texts[] = {"a,b,y\nx,1,1\ny,2,2\nz,3,4\n", "a,b,y\nz,3,4\ny,2,2\nx,1,1\n"};
    const double features[][12] = {{1, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 3},
                                   {0, 0, 1, 3, 0, 1, 0, 2, 1, 0, 0, 1}};
    for (size_t i = 0; i < 2; i++) {
        const struct ib_dataset_spec spec = whole(scratch_file("t.csv", texts[i]));
        struct ib_dataset set = loaded(&spec);
        expect_values(set.x, features[i], 12);
        ib_dataset_free(&set);
    }
}

static void told_words_are_not_said(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "a,y\nx,1\ny,2\nz,4\n"));
    spec.words = IB_WORDS_ONE_HOT;
    struct ib_dataset set = loaded(&spec);
    assert_null(strstr(set.guesses, "words"));
    ib_dataset_free(&set);
    spec.words = IB_WORDS_REFUSE;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:2:1",
                   WORDS("column `a`: `x` is not a number", "`ignore: [a]`", "--ignore a"));
}

static void many_columns_of_words_are_counted(void **state)
{
    (void)state;
    const struct ib_dataset_spec spec =
        whole(scratch_file("t.csv", "a,b,c,d,e,f,g,y\nk,k,k,k,k,k,k,1\nl,l,l,l,l,l,l,2\nk,k,k,k,k,k,m,4\n"));
    struct ib_dataset set = loaded(&spec);
    assert_int_equal(set.cols, 15);
    assert_non_null(strstr(set.guesses, "columns of words taken as one feature per word: `a` (2), `b` (2), "
                                        "`c` (2), `d` (2), `e` (2) and 2 others (words: one_hot)"));
    ib_dataset_free(&set);
}

/* Words that only the test rows have are features all the same: constant in training, so they become 0. */
static void words_of_test_rows_are_those_of_training_rows(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = {.name = "d",
                                   .path = scratch_file("t.csv", "a,y\nb,1\nd,2\nb,4\n"),
                                   .test = scratch_file("test.csv", "a,y\nd,1\nc,3\nb,1\n")};
    struct ib_dataset set = loaded(&spec);
    assert_int_equal(set.cols, 3);
    expect_values(set.x, (const double[]){1, 0, 0, 0, 0, 1, 1, 0, 0}, 9);
    expect_values(set.x_test, (const double[]){0, 0, 1, 0, 1, 0, 1, 0, 0}, 9);
    assert_true(ib_columns_standardised(set.x_columns, 1, 1) == 0);
    ib_dataset_free(&set);
    scratch_file("test.csv", "a,y\n1,1\n2,3\n");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "test.csv",
                   WORDS("column `a` holds numbers here, but words in t.csv"));
}

static void columns_of_both_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *where, *words[4];
    } cases[] = {
        {"a,y\nred,1\n5,2\n",
         "t.csv:3:1",
         {"column `a`: `5` is a number", "first value is the word `red`", "`ignore: [a]`"}},
        {"a,y\n5,1\nred,2\n", "t.csv:3:1", {"column `a`: `red` is not a number", "`ignore: [a]`"}},
        {"a,y\n\"1,5\",1\n\"2,5\",2\n", "t.csv:2:1", {"column `a`: `1,5` is not a number", "decimal comma"}},
        {"a,y\n\u22121,1\n\u22122,2\n", "t.csv:2:1", {"U+2212"}},
        {"a,y\nNA,1\nred,2\n", "t.csv:2:1", {"`NA` is not a number"}},
        {"a,y\nred,1\n,2\n", "t.csv:3:1", {"column `a` is empty"}},
        {"a,y\nred,1\ninf,2\n", "t.csv:3:1", {"`inf` is not a finite number"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        const struct ib_dataset_spec spec = whole(scratch_file("t.csv", cases[i].text));
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, cases[i].where, cases[i].words);
    }
}

/* Writes n rows of the words w<first>, w<first + 1>, … */
static const char *many_words(const char *name, int first, int n)
{
    static char text[32768];
    size_t used = (size_t)snprintf(text, sizeof text, "a,y\n");
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "w%d,%d\n", first + i, i);
    return scratch_file(name, text);
}

static void too_many_words_are_refused(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = whole(many_words("t.csv", 0, IB_LEVELS_MAX));
    struct ib_dataset set = loaded(&spec);
    assert_int_equal(set.cols, IB_LEVELS_MAX);
    for (uint64_t i = 0; i < set.rows; i++)
        for (uint64_t j = 0, ones = 0; j < set.cols; j++) {
            ones += set.x[i * set.cols + j] == 1;
            assert_true(j + 1 < set.cols || ones == 1);
        }
    ib_dataset_free(&set);
    many_words("t.csv", 0, IB_LEVELS_MAX + 1);
    expect_failure(
        ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:1002:1",
        WORDS("column `a`: `w1000` is one more word than the 1000", "`ignore: [a]`", "--ignore a"));
    spec = (struct ib_dataset_spec){
        .name = "d", .path = many_words("t.csv", 0, 600), .test = many_words("test.csv", 500, 600)};
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "test.csv",
                   WORDS("column `a` has more than 1000 different words, together with t.csv"));
}

/* A message about a feature names its column in the file, and its word. */
static void features_are_named_by_their_columns(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = {.name = "d",
                                   .path = scratch_file("t.csv", "7,u,1e-200,1\n8,v,0,2\n9,u,0,4\n"),
                                   .header = IB_HEADER_NO,
                                   .ignore = WORDS("1"),
                                   .test = scratch_file("test.csv", "x,u,1,1\n")};
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv", WORDS("column 3 lies"));
}

/* ---- ignored columns ---- */

static void ignored_columns_may_hold_anything(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = whole(scratch_file(
        "t.csv", "id,a,date,b,y,note\nk1,1,2020-01-01,2,3,\nk2,4,,5,6,\"x,\ny\"\nk3,7,?,8,10,1\n"));
    spec.ignore = WORDS("date", "1", "-1");
    struct ib_dataset set = loaded(&spec); /* the target is the last column that is left */
    assert_int_equal(set.cols, 2);
    assert_string_equal(set.target, "y");
    expect_values(set.x, (const double[]){1, 2, 4, 5, 7, 8}, 6);
    expect_values(set.y, (const double[]){3, 6, 10}, 3);
    ib_dataset_free(&set);
}

static void ignored_columns_must_exist(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "id,a,y\n1,2,3\n4,5,6\n"));
    spec.where = "c.yaml:3";
    const struct {
        const char *ignore[3], *target, *where, *words[4];
    } cases[] = {
        {{"ids"}, NULL, "t.csv:1", {"ignored column `ids` not found", "did you mean `id`?", "1 to 3"}},
        {{"4"}, NULL, "t.csv:1", {"ignored column `4` not found"}},
        {{"id", "y"}, "y", "c.yaml:3", {"`y` is both a target and ignored"}},
        {{"id", "a"}, NULL, "t.csv:1", {"no column is left for the features"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        spec.ignore = cases[i].ignore;
        spec.target = cases[i].target ? WORDS(cases[i].target) : NULL;
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, cases[i].where, cases[i].words);
    }
    spec = whole("t.npy");
    spec.ignore = WORDS("1");
    spec.where = "c.yaml:3";
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3",
                   WORDS("`ignore` does not apply to NPY data; allowed: target, y or missing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_features_in_alphabetical_order),
        cmocka_unit_test(order_of_rows_does_not_matter),
        cmocka_unit_test(told_words_are_not_said),
        cmocka_unit_test(many_columns_of_words_are_counted),
        cmocka_unit_test(words_of_test_rows_are_those_of_training_rows),
        cmocka_unit_test(columns_of_both_are_refused),
        cmocka_unit_test(too_many_words_are_refused),
        cmocka_unit_test(features_are_named_by_their_columns),
        cmocka_unit_test(ignored_columns_may_hold_anything),
        cmocka_unit_test(ignored_columns_must_exist),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
