#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void characters_have_lengths_and_codes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bytes;
        uint32_t code;
    } cases[] = {{"", 1, 0},
                 {"a", 1, 'a'},
                 {"é", 2, 0xE9},
                 {"…", 3, 0x2026},
                 {"\U0001F600", 4, 0x1F600},
                 {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t code;
        assert_int_equal(ib_utf8_character(cases[i].text, &code), cases[i].bytes);
        assert_int_equal(code, cases[i].code);
    }
}

static void other_bytes_are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"\x80",
                                        "\xBF",
                                        "\xC3",
                                        "\xE2\x80",
                                        "\xF0\x9F\x98",
                                        "\xC3(",
                                        "\xFF",
                                        "\xFE",
                                        "\xC0\x80",
                                        "\xC1\xBF",
                                        "\xE0\x9F\xBF",
                                        "\xED\xA0\x80",
                                        "\xF0\x8F\xBF\xBF",
                                        "\xF4\x90\x80\x80",
                                        "\xF5\x80\x80\x80"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t code;
        assert_int_equal(ib_utf8_character(texts[i], &code), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(characters_have_lengths_and_codes),
                                       cmocka_unit_test(other_bytes_are_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
