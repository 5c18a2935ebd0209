#include "base/slug.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;

static int stop(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

static const char *letters(int n)
{
    return ib_arena_print(&arena, "%0*d", n, 0);
}

static void names_stay(void **state)
{
    (void)state;
    const char *const names[] = {"loss-mlp-diabetes", "v1.0", "a_B-3", letters(IB_SLUG_MAX)};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_ptr_equal(ib_slug(&arena, names[i]), names[i]);
}

static void other_texts_begin_alike_and_differ(void **state)
{
    (void)state;
    const char *const texts[] = {"v1 0", "v1/0", "v1:0", "v1\n0", "v1-0",       "v1é0",       "\xFF",
                                 "é",    "ü",    "日本", "",      letters(121), letters(235), letters(236)};
    enum { TEXTS = sizeof texts / sizeof *texts };
    for (size_t i = 0; i < TEXTS; i++) {
        const char *name = ib_slug(&arena, texts[i]);
        assert_true(strlen(name) <= IB_SLUG_MAX);
        for (const char *at = name; *at; at++)
            assert_true(ib_slug_allows(*at));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(name, ib_slug(&arena, texts[j]));
    }
    assert_memory_equal(ib_slug(&arena, "v1 (a)"), "v1-a-", 5);
    assert_int_equal(strlen(ib_slug(&arena, "v1 (a)")), 13);
    assert_string_equal(ib_slug(&arena, "v1 0"), ib_slug(&arena, "v1 0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_stay),
                                       cmocka_unit_test(other_texts_begin_alike_and_differ)};
    return cmocka_run_group_tests(tests, NULL, stop);
}
