#include "report/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND_NS 1000000000ull

/* The number of lines of a log in this time, in which the program asks every second. */
static unsigned beats(unsigned seconds)
{
    struct ib_heartbeat beat = ib_heartbeat_begin(7 * SECOND_NS);
    unsigned n = 0;
    for (unsigned s = 0; s <= seconds; s++)
        n += ib_heartbeat_due(&beat, (7 + s) * SECOND_NS);
    return n;
}

static void a_short_run_is_silent(void **state)
{
    (void)state;
    assert_int_equal(beats(29), 0);
}

static void a_long_run_is_heard_of_again_and_again(void **state)
{
    (void)state;
    assert_int_equal(beats(30), 1);
    assert_int_equal(beats(89), 1);
    assert_int_equal(beats(90), 2);
    assert_in_range(beats(3600), 3600 / 300, 3600 / 300 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_run_is_silent),
        cmocka_unit_test(a_long_run_is_heard_of_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
