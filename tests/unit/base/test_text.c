/* base/text.c: words, the nearest name, globs, strict numbers, quantities for people. */
#include "base/text.h"
#include "base/utf8.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void words_have_values(void **state)
{
    (void)state;
    int value = 0;
    assert_string_equal(ib_word_of(ib_dtype_words, IB_F32), "f32");
    assert_string_equal(ib_word_of(ib_loss_words, IB_HALF_MSE), "half_mse");
    assert_string_equal(ib_word_of(ib_act_words, 99), "?");
    assert_true(ib_word_value(ib_act_words, "sigmoid", &value));
    assert_int_equal(value, IB_SIGMOID);
    assert_false(ib_word_value(ib_act_words, "Relu", &value));
    assert_false(ib_word_value(ib_act_words, "", &value));
    assert_int_equal(value, IB_SIGMOID);
}

static void names_become_lists(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(ib_word_list(ib_act_words, text, sizeof text), "relu, tanh or sigmoid");
    assert_string_equal(ib_word_list(ib_dtype_words, text, sizeof text), "f32 or f64");
    const char *const one[] = {"a", NULL}, *const none[] = {NULL}, *const three[] = {"a", "b", "c", NULL};
    assert_string_equal(ib_name_list(one, text, sizeof text), "a");
    assert_string_equal(ib_name_list(none, text, sizeof text), "");
    assert_string_equal(ib_name_list(three, text, sizeof text), "a, b or c");
    assert_string_equal(ib_name_list(three, text, 5), "a, b"); /* cut, never over the end */
}

static void nearest_name_is_found(void **state)
{
    (void)state;
    const char *const names[] = {"linreg", "logreg", "mlp", "cpu_naive", "cpu_blas", NULL};
    assert_string_equal(ib_nearest("linrge", names), "linreg");  /* two letters swapped */
    assert_string_equal(ib_nearest("lgreg", names), "logreg");   /* one missing */
    assert_string_equal(ib_nearest("logrreg", names), "logreg"); /* one too many */
    assert_string_equal(ib_nearest("mlp", names), "mlp");
    assert_string_equal(ib_nearest("cpu_nave", names), "cpu_naive");
    assert_string_equal(ib_nearest("cpu-blas", names), "cpu_blas");
    assert_null(ib_nearest("transformer", names));
    assert_null(ib_nearest("", names));
    assert_null(ib_nearest("xyz", names));
    char endless[300];
    memset(endless, 'm', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(ib_nearest(endless, names));
    const char *const long_name[] = {endless, "mm", NULL};
    assert_string_equal(ib_nearest("m", long_name), "mm");
    char hint[64];
    assert_string_equal(ib_hint("mpl", names, hint, sizeof hint), " (did you mean `mlp`?)");
    assert_string_equal(ib_hint("transformer", names, hint, sizeof hint), "");
}

static void globs_match(void **state)
{
    (void)state;
    assert_true(ib_glob("cpu_*", "cpu_naive"));
    assert_true(ib_glob("*", ""));
    assert_true(ib_glob("", ""));
    assert_true(ib_glob("*a*b", "xaybzb"));
    assert_true(ib_glob("c?u", "cpu"));
    assert_true(ib_glob("**", "x"));
    assert_false(ib_glob("cpu_*", "cuda_naive"));
    assert_false(ib_glob("cpu", "cpu_naive"));
    assert_false(ib_glob("?", ""));
    assert_false(ib_glob("*a*b", "xaybz"));
    assert_false(ib_glob("", "x"));
    assert_false(ib_glob("a*b*c*d", "aXbXc"));
}

static void integers_are_read_strictly(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    assert_true(ib_parse_u64("18446744073709551615", &u));
    assert_true(u == UINT64_MAX);
    assert_true(ib_parse_u64("007", &u));
    assert_true(u == 7);
    const char *const bad_u64[] = {"",  "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "18446744073709551616",
                                   "a", "1a"};
    for (size_t k = 0; k < sizeof bad_u64 / sizeof *bad_u64; k++)
        assert_false(ib_parse_u64(bad_u64[k], &u));
    assert_true(u == 7);
    assert_true(ib_parse_i64("-9223372036854775808", &i));
    assert_true(i == INT64_MIN);
    assert_true(ib_parse_i64("+3", &i));
    assert_true(i == 3);
    const char *const bad_i64[] = {"", "-", "--1", " -1", "-1 ", "1.5", "9223372036854775808"};
    for (size_t k = 0; k < sizeof bad_i64 / sizeof *bad_i64; k++)
        assert_false(ib_parse_i64(bad_i64[k], &i));
    assert_true(i == 3);
}

static void reals_are_read_strictly(void **state)
{
    (void)state;
    double x = 7;
    const struct {
        const char *text;
        double value;
    } good[] = {{"0.01", 0.01}, {"-1e-3", -1e-3}, {".5", 0.5},
                {"5.", 5},      {"+2E2", 200},    {"4.9e-324", 4.9e-324}};
    for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
        assert_true(ib_parse_f64(good[k].text, &x));
        assert_true(x == good[k].value);
    }
    const char *const bad[] = {"",   " ",  "nan", "NaN", "inf",   "-inf", "infinity", "1e999", "0x1p3", "1,5",
                               " 1", "1 ", "1e",  "e1",  "1.2.3", "--1",  ".",        "+",     "1d3"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        x = 7;
        assert_false(ib_parse_f64(bad[k], &x));
        assert_true(x == 7);
    }
}

static void printed_reals(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } known[] = {{90, "90"},      {0.01, "0.01"},
                 {1e5, "100000"}, {-2.5, "-2.5"},
                 {1e-7, "1e-07"}, {1.0 / 3, "0.3333333333333333"},
                 {1e20, "1e+20"}, {0.1 + 0.2, "0.30000000000000004"}};
    char text[32];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_string_equal(ib_print_real(known[i].value, text, sizeof text), known[i].text);
}

static void quantities_are_read(void **state)
{
    (void)state;
    char text[32];
    const struct {
        double value;
        const char *ns, *bytes;
    } cases[] = {
        {0, "0.00 ns", "0 bytes"},       {1, "1.00 ns", "1 bytes"},     {12.345, "12.3 ns", "12 bytes"},
        {999.4, "999 ns", "999 bytes"},  {999.6, "1.00 µs", "1.00 kB"}, {4560, "4.56 µs", "4.56 kB"},
        {12.34e6, "12.3 ms", "12.3 MB"}, {99.96e6, "100 ms", "100 MB"}, {2.5e9, "2.50 s", "2.50 GB"},
        {3.6e12, "3600 s", "3.60 TB"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        assert_string_equal(ib_print_ns(cases[k].value, text, sizeof text), cases[k].ns);
        assert_string_equal(ib_print_bytes(cases[k].value, text, sizeof text), cases[k].bytes);
    }
    assert_string_equal(ib_print_ns(-4560, text, sizeof text), "-4.56 µs");
}

static void waits_are_read(void **state)
{
    (void)state;
    char text[32];
    const struct {
        double seconds;
        const char *text;
    } waits[] = {{0.02, "0.0 s"},       {8.88, "8.9 s"},      {9.96, "10 s"},      {59.4, "59 s"},
                 {59.7, "1.0 minutes"}, {210, "3.5 minutes"}, {900, "15 minutes"}, {7200, "2.0 hours"}};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        assert_string_equal(ib_print_wait(1e9 * waits[i].seconds, text, sizeof text), waits[i].text);
}

/* ---- shortening ---- */

static void texts_that_fit_are_kept(void **state)
{
    (void)state;
    char out[16];
    const char *const kept[] = {"", "a", "größe", "exactly fifteen"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_string_equal(ib_shorten(kept[i], strlen(kept[i]), out, sizeof out), kept[i]);
}

static void long_texts_lose_their_middle(void **state)
{
    (void)state;
    char out[16];
    assert_string_equal(ib_shorten("abcdefghijklmnopqrstuvwxyz", 26, out, sizeof out), "abcdefgh…wxyz");
    assert_string_equal(ib_shorten("0123456789abcdef", 16, out, sizeof out), "01234567…cdef");
    char name[IB_SHORT_BYTES * 4];
    memset(name, 'x', sizeof name - 1);
    memcpy(name + sizeof name - 5, "end", 4);
    const char *text = IB_SHORT(name);
    assert_true(strlen(text) < IB_SHORT_BYTES);
    assert_string_equal(text + strlen(text) - 4, "xend");
}

/* At every length, what is left is whole characters. */
static void characters_are_not_split(void **state)
{
    (void)state;
    static const char text[] = "äöü€𝄞äöü€𝄞äöü€𝄞äöü€𝄞";
    for (size_t n = 8; n <= sizeof text; n++) {
        char out[sizeof text], again[sizeof text];
        ib_shorten(text, sizeof text - 1, out, n);
        assert_true(strlen(out) < n);
        assert_string_equal(ib_shorten(out, strlen(out), again, sizeof again), out);
        for (const char *at = out; *at;) {
            uint32_t code;
            const size_t bytes = ib_utf8_character(at, &code);
            assert_int_not_equal(bytes, 0);
            at += bytes;
        }
    }
}

static void print(char *out, size_t n, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ib_print_shortened(out, n, format, arguments);
    va_end(arguments);
}

static void printed_texts_keep_their_end(void **state)
{
    (void)state;
    char out[32];
    print(out, sizeof out, "%s: %d", "short", 7);
    assert_string_equal(out, "short: 7");
    print(out, sizeof out, "%0100d: the reason", 1);
    assert_string_equal(out + strlen(out) - 8, "e reason");
    assert_true(strlen(out) < sizeof out);
    assert_memory_equal(out, "000000", 6);
}

static void expect_change(const char *old, const char *new, unsigned line, const char *was, const char *is)
{
    const struct ib_text_change change = ib_text_first_change(old, new);
    assert_int_equal(change.line, line);
    if (!line)
        return;
    assert_int_equal(change.old_length, strlen(was));
    assert_int_equal(change.new_length, strlen(is));
    assert_memory_equal(change.old, was, strlen(was));
    assert_memory_equal(change.new, is, strlen(is));
}

static void the_first_line_that_changed_is_found(void **state)
{
    (void)state;
    expect_change("a\nb\n", "a\nb\n", 0, NULL, NULL);
    expect_change("a\nb\nc\n", "a\nx\ny\n", 2, "b", "x");
    expect_change("a\n", "a\nb\n", 2, "", "b");
    expect_change("a\nb", "a", 1, "a", "a"); /* its end is missing */
    expect_change("", "a", 1, "", "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_values),
        cmocka_unit_test(names_become_lists),
        cmocka_unit_test(nearest_name_is_found),
        cmocka_unit_test(globs_match),
        cmocka_unit_test(integers_are_read_strictly),
        cmocka_unit_test(reals_are_read_strictly),
        cmocka_unit_test(printed_reals),
        cmocka_unit_test(quantities_are_read),
        cmocka_unit_test(waits_are_read),
        cmocka_unit_test(texts_that_fit_are_kept),
        cmocka_unit_test(long_texts_lose_their_middle),
        cmocka_unit_test(characters_are_not_split),
        cmocka_unit_test(printed_texts_keep_their_end),
        cmocka_unit_test(the_first_line_that_changed_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
