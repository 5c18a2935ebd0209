/* data/csv_number.c: what is wrong with a field that should be a number. */
#include "data/csv_number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void complaints_name_the_mistake(void **state)
{
    (void)state;
    const struct {
        const char *text, *complaint;
    } cases[] = {
        {"", "is empty"},
        {"abc", "is not a number"},
        {"1.5 kg", "is not a number"},
        {"1,5", "decimal comma"},
        {"-0,25", "decimal comma"},
        {"1,2345", "decimal comma"},
        {"1,234", "thousands"},
        {"1,234.5", "thousands"},
        {"1.234,5", "thousands"},
        {"1.234.567", "thousands"},
        {"1 234", "thousands"},
        {"1'234", "thousands"},
        {"1\u00a0234", "thousands"},
        {"12\u202f345,6", "thousands"},
        {"\u22123", "U+2212"},
        {"?", "a value is missing"},
        {"NA", "a value is missing"},
        {"n/a", "a value is missing"},
        {"NULL", "a value is missing"},
        {"nan", "is not a finite number"},
        {"-inf", "is not a finite number"},
        {"1e999", "is not a finite number"},
        {"0x10", "is not a number"},
        {",5", "is not a number"},
        {"12:30", "is not a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        double value;
        strcpy(text, cases[i].text); /* NOLINT: it fits */
        const struct ib_csv_field field = {.text = text, .length = strlen(text)};
        const enum ib_csv_kind kind = ib_csv_parse(&field, '.', &value);
        assert_int_not_equal(kind, IB_CSV_NUMBER);
        if (!strstr(ib_csv_complaint(&field, '.', kind), cases[i].complaint))
            fail_msg("`%s` %s", cases[i].text, ib_csv_complaint(&field, '.', kind));
    }
}

/* An integer beyond 2^63 is a number like any other: the nearest f64. */
static void large_integers_are_rounded(void **state)
{
    (void)state;
    char text[] = "18446744073709551617";
    double value;
    const struct ib_csv_field field = {.text = text, .length = strlen(text)};
    assert_int_equal(ib_csv_parse(&field, '.', &value), IB_CSV_NUMBER);
    assert_true(value == 0x1p64);
}

static void decimals_follow_what_is_told(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum ib_csv_kind kind;
        double value;
    } cases[] = {
        {"1,5", IB_CSV_NUMBER, 1.5},    {"-,25", IB_CSV_NUMBER, -0.25},
        {"1,5e3", IB_CSV_NUMBER, 1500}, {"0,1234567890123456789", IB_CSV_NUMBER, 0.1234567890123456789},
        {"7", IB_CSV_NUMBER, 7},        {"1.5", IB_CSV_TEXT, 0},
        {"1.234,5", IB_CSV_TEXT, 0},    {"1,2,3", IB_CSV_TEXT, 0},
        {",", IB_CSV_TEXT, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        double value;
        strcpy(text, cases[i].text); /* NOLINT: it fits */
        const struct ib_csv_field field = {.text = text, .length = strlen(text)};
        assert_int_equal(ib_csv_parse(&field, ',', &value), cases[i].kind);
        assert_string_equal(text, cases[i].text);
        if (cases[i].kind == IB_CSV_NUMBER)
            assert_true(value == cases[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complaints_name_the_mistake),
        cmocka_unit_test(decimals_follow_what_is_told),
        cmocka_unit_test(large_integers_are_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
