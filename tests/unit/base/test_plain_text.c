#include "base/plain_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NONE "\xEF\xBF\xBD" /* U+FFFD */

static struct ib_arena arena;

static int stop(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

struct example {
    const char *text, *plain;
};

static void assert_examples(const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_string_equal(ib_plain(&arena, examples[i].text), examples[i].plain);
}
#define ASSERT_EXAMPLES(list) assert_examples(list, sizeof(list) / sizeof *(list))

static void usual_text_stays(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "cpu_naive threads=2",
                                        "12.3 µs … 8× é",
                                        "a:b ns::f 1::2",
                                        "# ## [x] #[",
                                        "\U0001F468\u200D\U0001F469"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(ib_plain(&arena, texts[i]), texts[i]);
    assert_ptr_equal(ib_plain(&arena, texts[1]), texts[1]);
}

static void control_characters_become_blanks(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"a\nb\r\tc", "a b  c"},
        {"\033[31mred\033]0;t\a", " [31mred ]0;t "},
        {"\177\b", "  "},
        {"\xC2\x9B"
         "1m\xC2\x85x",
         " 1m x"},
        {"a\u2028b\u2029c", "a b c"},
    };
    ASSERT_EXAMPLES(examples);
    assert_string_equal(ib_plain_lines(&arena, "a\r\nb\033\n\n"), "a \nb \n\n");
}

static void what_is_no_character_and_what_reverses_text_is_replaced(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"\xFF", NONE},   {"a\xC3", "a" NONE},        {"\u202Ed\u2066e", NONE "d" NONE "e"},
        {"\u200F", NONE}, {"\xEF\xBF\xBE", NONE},     {"\xED\xA0\x80", NONE NONE NONE},
        {"\uFDD0", NONE}, {"\xF0\x9F\xBF\xBF", NONE},
    };
    ASSERT_EXAMPLES(examples);
}

static void commands_of_ci_systems_are_broken(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"::error::x", ": :error::x"},           {"a ::error::x", "a : :error::x"},
        {"a\n::error::", "a : :error::"},        {":::error::", ": ::error::"},
        {"\u00A0::error::", "\u00A0: :error::"}, {"x##[error]y", "x# #[error]y"},
        {"##vso[task", "# #vso[task"},           {"###[error]", "## #[error]"},
    };
    ASSERT_EXAMPLES(examples);
    assert_string_equal(ib_plain_lines(&arena, "a\n::b::\n##[c]"), "a\n: :b::\n# #[c]");
}

static void a_line_is_one_line(void **state)
{
    (void)state;
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    ib_print_line(out, "%s: %d", "a\nb\033", 3);
    ib_print_line(out, "%s", "::c");
    fclose(out);
    assert_string_equal(text, "a b : 3\n: :c\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_text_stays),
        cmocka_unit_test(control_characters_become_blanks),
        cmocka_unit_test(what_is_no_character_and_what_reverses_text_is_replaced),
        cmocka_unit_test(commands_of_ci_systems_are_broken),
        cmocka_unit_test(a_line_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
