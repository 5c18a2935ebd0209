/* core/spread.c: the lowest and highest of each parameter. */
#include "core/spread.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void each_parameter_has_its_own_ends(void **state)
{
    (void)state;
    struct ib_spread s;
    assert_int_equal(ib_spread_open(2, &s), IB_OK);
    ib_spread_add(&s, (const double[]){1, 5});
    assert_true(s.lowest[0] == 1 && s.highest[0] == 1 && s.lowest[1] == 5 && s.highest[1] == 5);
    ib_spread_add(&s, (const double[]){-2, 5});
    ib_spread_add(&s, (const double[]){0, 7});
    assert_true(s.lowest[0] == -2 && s.highest[0] == 1 && s.lowest[1] == 5 && s.highest[1] == 7);
    assert_int_equal(s.trainings, 3);
    ib_spread_close(&s);
}

static void what_is_not_a_number_stays(void **state)
{
    (void)state;
    struct ib_spread s;
    assert_int_equal(ib_spread_open(1, &s), IB_OK);
    ib_spread_add(&s, (const double[]){1});
    ib_spread_add(&s, (const double[]){NAN});
    ib_spread_add(&s, (const double[]){2});
    assert_true(isnan(s.lowest[0]) && isnan(s.highest[0]));
    ib_spread_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_parameter_has_its_own_ends),
        cmocka_unit_test(what_is_not_a_number_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
