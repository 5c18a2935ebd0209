/* data/csv_fields.c: the delimiter of a first line. Fields are tested with whole files, in test_csv_file.c.
 */
#include "data/csv_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void delimiters_are_found(void **state)
{
    (void)state;
    const struct {
        const char *line;
        char delimiter;
    } cases[] = {
        {"a,b\n1;2", ','},
        {"a;b", ';'},
        {"a\tb", '\t'},
        {"1,5;2,5", ';'},
        {"1,5\t2,5", '\t'},
        {"\"a;b\",c", ','},
        {"\"a\tb\";c", ';'},
        {"1,\t2,\t3", ','},
        {"1 ; \t2", ';'},
        {"a", ','},
        {"", ','},
        {"\"a\nb;\",c;d", ';'},
        {"price, EUR;area", ';'},
        {"\"a \"\" ; b\",c", ','},
        {"first, last\tage", '\t'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (ib_csv_find_delimiter(cases[i].line) != cases[i].delimiter)
            fail_msg("`%s`: `%c`", cases[i].line, ib_csv_find_delimiter(cases[i].line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(delimiters_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
