/* base/error.c: what is kept of a failure, however long its texts. */
#include "base/error.h"
#include "base/text.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void places_have_line_and_column(void **state)
{
    (void)state;
    assert_int_equal(ib_fail_at("d.csv", 3, 7, "`%s`", "x"), IB_EINVAL);
    assert_string_equal(ib_error_text(), "d.csv:3:7: `x`");
    ib_fail_at("c.yaml", 12, 0, "wrong");
    assert_string_equal(ib_error_text(), "c.yaml:12: wrong");
}

static void long_paths_keep_their_line(void **state)
{
    (void)state;
    static char path[20000];
    for (size_t length = 100; length < sizeof path; length += 900) {
        memset(path, 'd', length);
        memcpy(path + length - 5, "/file", 6);
        ib_fail_at(path, 2, 5, "the reason");
        assert_non_null(strstr(ib_error_text(), "/file:2:5: the reason"));
        if (length < 4096) /* the longest path that a system call takes */
            assert_memory_equal(ib_error_text(), path, length);
    }
}

static void long_messages_keep_their_end(void **state)
{
    (void)state;
    static char name[5000];
    memset(name, 'n', sizeof name - 1);
    ib_fail(IB_EINVAL, "d.csv", "column `%s` is not a number", name);
    assert_non_null(strstr(ib_error_text(), "d.csv: column `nnnn"));
    assert_non_null(strstr(ib_error_text(), "nnn` is not a number"));
}

/* An error is often a part of the next one. */
static void errors_may_be_extended(void **state)
{
    (void)state;
    ib_fail(IB_EIO, "d.csv", "cannot open");
    ib_fail(IB_EIO, ib_last_error()->where, "%s (named at %s)", ib_last_error()->message, "--data");
    assert_string_equal(ib_error_text(), "d.csv: cannot open (named at --data)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_have_line_and_column),
        cmocka_unit_test(long_paths_keep_their_line),
        cmocka_unit_test(long_messages_keep_their_end),
        cmocka_unit_test(errors_may_be_extended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
