/* Targets that are classes: of two values, of many, of words. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

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
    struct ib_dataset set = loaded_text("t.csv", "a,y\n1,yes\n2,no\n3,no\n");
    assert_non_null(strstr(set.guesses, "targets no and yes taken as classes 0 and 1 (positive: yes)"));
    ib_dataset_free(&set);
    set = loaded_text("t.csv", "a,y\n1,oak\n2,elm\n3,ash\n");
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

/* What a message about a model that needs classes can say. */
static void values_that_are_no_classes_are_named(void **state)
{
    (void)state;
    struct ib_dataset set = loaded_text("t.csv", "5,-1\n6,1\n7,1\n");
    assert_non_null(strstr(set.no_classes, "target `y` are -1 and 1"));
    assert_non_null(strstr(set.no_classes, "`positive: 1` (train: --positive 1)"));
    assert_non_null(strstr(set.guesses, "targets -1 and 1 taken as numbers, not classes (task: regression)"));
    ib_dataset_free(&set);
    set = loaded_text("t.csv", "5,0\n6,1\n7,2\n");
    assert_non_null(strstr(set.no_classes, "are 0, 1 and 2, taken as numbers; `task: classification` (train: "
                                           "--task classification) makes them classes"));
    ib_dataset_free(&set);
    set = loaded_text("t.csv", "1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_values_become_classes),
        cmocka_unit_test(other_classes_are_refused),
        cmocka_unit_test(values_that_are_no_classes_are_named),
        cmocka_unit_test(many_classes_are_numbered),
        cmocka_unit_test(classes_that_do_not_occur_are_not_numbered),
        cmocka_unit_test(classes_of_a_second_file_are_the_same),
        cmocka_unit_test(what_cannot_be_classes_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
