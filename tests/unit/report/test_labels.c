#include "report/labels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct ib_arena arena;

static int stop(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

static void common_words_are_left_out(void **state)
{
    (void)state;
    const char *labels[] = {"cpu lr=0.1 f32", "cpu lr=0.3 f32", "cpu lr=1 f32"};
    assert_string_equal(ib_labels_strip(&arena, labels, 3), "cpu f32");
    assert_string_equal(labels[0], "lr=0.1");
    assert_string_equal(labels[2], "lr=1");
}

static void no_label_becomes_empty(void **state)
{
    (void)state;
    const char *labels[] = {"cpu threads=2", "cpu"};
    assert_string_equal(ib_labels_strip(&arena, labels, 2), "");
    assert_string_equal(labels[0], "cpu threads=2");
    assert_string_equal(labels[1], "cpu");
}

static void a_single_label_is_kept(void **state)
{
    (void)state;
    const char *labels[] = {"cpu f32"};
    assert_string_equal(ib_labels_strip(&arena, labels, 1), "");
    assert_string_equal(labels[0], "cpu f32");
}

static void parts_of_words_are_not_common(void **state)
{
    (void)state;
    const char *labels[] = {"cpu a", "cpu_blas a"};
    assert_string_equal(ib_labels_strip(&arena, labels, 2), "a");
    assert_string_equal(labels[1], "cpu_blas");
}

static void long_labels_lose_their_middle(void **state)
{
    (void)state;
    const char *labels[] = {"abcdefghijklmnop", "short"};
    ib_labels_fit(&arena, labels, 2, 9);
    assert_string_equal(labels[0], "abcd…mnop");
    assert_string_equal(labels[1], "short");
}

static void labels_that_differ_in_their_middle_are_kept(void **state)
{
    (void)state;
    const char *labels[] = {"abcdefgh1ijklmnop", "abcdefgh2ijklmnop", "abcd…mnop"};
    ib_labels_fit(&arena, labels, 3, 9);
    assert_string_equal(labels[0], "abcdefgh1ijklmnop");
    assert_string_equal(labels[1], "abcdefgh2ijklmnop");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(common_words_are_left_out),     TEST(no_label_becomes_empty),
        TEST(a_single_label_is_kept),        TEST(parts_of_words_are_not_common),
        TEST(long_labels_lose_their_middle), TEST(labels_that_differ_in_their_middle_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
