/* Texts that share their memory. */
#include "store/text_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXTS = 5000 };

static void equal_texts_share_their_memory(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_text_pool pool = {.arena = &arena};
    static const char *kept[TEXTS];
    char text[32];
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "lr=%d", i);
        kept[i] = ib_text_share(&pool, text);
    }
    assert_int_equal(pool.n, TEXTS);
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "lr=%d", i);
        assert_string_equal(kept[i], text);
        assert_ptr_equal(ib_text_share(&pool, text), kept[i]);
    }
    assert_int_equal(pool.n, TEXTS);
    assert_string_equal(ib_text_share(&pool, ""), "");
    ib_text_pool_free(&pool);
    assert_string_equal(kept[TEXTS - 1], "lr=4999"); /* the texts are the arena's */
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(equal_texts_share_their_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
