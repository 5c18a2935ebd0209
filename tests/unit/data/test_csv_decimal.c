/* data/csv_decimal.c: decimal commas, told and found. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char guess[] = "commas in numbers taken as decimal commas (decimal: comma)";

static void decimal_commas_are_found(void **state)
{
    (void)state;
    const char *const texts[] = {
        "a;b;y\n1,5;2;3\n4;5,25;6\n7;8;10\n",
        "a\tb\ty\n1,5\t2\t3\n4\t5,25\t6\n7\t8\t10\n",
        "a|b|y\n1,5|2|3\n4|5,25|6\n7|8|10\n",
        "a;b;y\n\"1,5\";2;3\n4;+5,25;6\n7;8;10\n",
        "1,5;2;3\n4;5,25;6\n7;8;10\n",
        "v1.5;b;y\n1,5;2;3\n4;5,250;6\n7;8;10\n", /* a point in a name tells nothing */
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ib_dataset_spec spec = whole(scratch_file("t.csv", texts[i]));
        struct ib_dataset set = loaded(&spec);
        expect_values(set.x, (const double[]){1.5, 2, 4, 5.25, 7, 8}, 6);
        assert_non_null(strstr(set.guesses, guess));
        ib_dataset_free(&set);
        spec.decimal = ',';
        set = loaded(&spec);
        assert_null(strstr(set.guesses, "decimal"));
        ib_dataset_free(&set);
    }
}

static void told_decimal_commas_may_be_quoted(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", "a,y\n\"1,5\",3\n\"0,125\",6\n\"-2,5\",7\n"));
    spec.decimal = ',';
    struct ib_dataset set = loaded(&spec);
    expect_values(set.x, (const double[]){1.5, 0.125, -2.5}, 3);
    ib_dataset_free(&set);
}

static void doubtful_commas_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int decimal;
        const char *where, *words[4];
    } cases[] = {
        {"a;y\n1,234;1\n2,345;2\n", 0, "t.csv:2:1", {"`1,234`", "thousands", "`decimal: comma`"}},
        {"a;y\n1.5;1\n2,5;2\n", 0, "t.csv:3:1", {"`2,5`", "decimal comma", "--decimal comma"}},
        {"a;y\n1,5;1\n1.234,5;2\n", 0, "t.csv:3:1", {"`1.234,5`", "thousands", "follow a comma"}},
        {"a;y\n1,5;1\n2,5;2\n", '.', "t.csv:2:1", {"`1,5`", "`decimal: comma`"}},
        {"a,y\n\"1,5\",1\n\"2,5\",2\n", 0, "t.csv:2:1", {"`1,5`", "`decimal: comma`"}},
        {"a;y\n1.5;1\n2.5;2\n", ',', "t.csv:2:1", {"`1.5`", "follow a comma"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = whole(scratch_file("t.csv", cases[i].text));
        spec.decimal = cases[i].decimal;
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, cases[i].where, cases[i].words);
    }
}

/* Only the start of a file tells: what comes later is refused, with the remedy. */
static void late_commas_are_refused(void **state)
{
    (void)state;
    static char text[1 << 17];
    struct ib_dataset set;
    size_t used = (size_t)snprintf(text, sizeof text, "a;y\n");
    for (int i = 0; i < 12000; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%d;%d\n", i, i % 7);
    snprintf(text + used, sizeof text - used, "1,5;3\n");
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", text));
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv:12002:1",
                   WORDS("`1,5`", "`decimal: comma`"));
    spec.decimal = ',';
    set = loaded(&spec);
    assert_true(set.x[12000] == 1.5);
    ib_dataset_free(&set);
}

static void bars_are_found(void **state)
{
    (void)state;
    const struct ib_dataset_spec spec = whole(scratch_file("t.csv", "a|b|y\n1|2|3\n4|5|6\n"));
    struct ib_dataset set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 2, 4, 5}, 4);
    assert_non_null(strstr(set.guesses, "bars taken as delimiters (delimiter: bar)"));
    ib_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_commas_are_found),
        cmocka_unit_test(told_decimal_commas_may_be_quoted),
        cmocka_unit_test(doubtful_commas_are_refused),
        cmocka_unit_test(late_commas_are_refused),
        cmocka_unit_test(bars_are_found),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
