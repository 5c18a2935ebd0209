#include "base/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *printed(const char *text)
{
    char *out;
    size_t bytes;
    FILE *file = open_memstream(&out, &bytes);
    json_t *value = ib_json_text(text);
    ib_json_print(file, value, JSON_ENCODE_ANY);
    fclose(file);
    json_decref(value);
    return out;
}

static void assert_printed(const char *text, const char *expected)
{
    char *out = printed(text);
    assert_string_equal(out, expected);
    free(out);
}

static void only_what_is_not_utf8_is_replaced(void **state)
{
    (void)state;
    json_t *value = ib_json_text("é\xFF\nü\xC3");
    assert_string_equal(json_string_value(value), "é\xEF\xBF\xBD\nü\xEF\xBF\xBD");
    json_decref(value);
    assert_true(json_is_null(ib_json_text(NULL)));
}

static void what_acts_on_a_terminal_is_escaped(void **state)
{
    (void)state;
    assert_printed("é \"a\" #1", "\"é \\\"a\\\" #1\"");
    assert_printed("\033[1m\n\177\xC2\x9B\u202E", "\"\\u001B[1m\\n\\u007f\\u009b\\u202e\"");
    assert_printed("##[error]x ##", "\"\\u0023#[error]x \\u0023#\"");
}

static void programs_read_the_same_text(void **state)
{
    (void)state;
    const char *const texts[] = {"\033\177\xC2\x85\u2028##[a]::b\u202E\U0001F600", "###", "\uFFFE"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *out = printed(texts[i]);
        json_t *value = json_loads(out, JSON_DECODE_ANY, NULL);
        assert_string_equal(json_string_value(value), texts[i]);
        json_decref(value);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_what_is_not_utf8_is_replaced),
                                       cmocka_unit_test(what_acts_on_a_terminal_is_escaped),
                                       cmocka_unit_test(programs_read_the_same_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
