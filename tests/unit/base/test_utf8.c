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

static void whole_texts_are_valid_or_not(void **state)
{
    (void)state;
    assert_true(ib_utf8_valid("") && ib_utf8_valid("plain") && ib_utf8_valid("µ → \xf0\x9f\x98\x80"));
    assert_false(ib_utf8_valid("\xff") || ib_utf8_valid("caf\xe9") || ib_utf8_valid("cut \xe2\x86"));
    assert_false(ib_utf8_valid("\xed\xa0\x80") || ib_utf8_valid("\xc0\x80"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(characters_have_lengths_and_codes),
                                       cmocka_unit_test(other_bytes_are_none),
                                       cmocka_unit_test(whole_texts_are_valid_or_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
