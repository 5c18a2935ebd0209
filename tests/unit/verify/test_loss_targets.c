/* The losses that stand for shares of an improvement. */
#include "verify/loss_targets.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void targets_are_shares_of_the_way_down(void **state)
{
    (void)state;
    struct ib_loss_targets t;
    assert_true(ib_loss_targets_of((double[]){12, 7, NAN, 2, 5}, 5, &t));
    assert_true(t.first == 12 && t.lowest == 2); /* not the last */
    assert_true(fabs(t.loss[0] - 3) < 1e-12);
    assert_true(fabs(t.loss[IB_LOSS_TARGET_99] - 2.1) < 1e-12);
    assert_true(fabs(t.loss[2] - 2.01) < 1e-12);
    assert_true(ib_loss_targets_of((double[]){12, 2}, 2, &t)); /* the first after the start */
    assert_true(t.lowest == 2);
}

static void without_improvement_there_are_none(void **state)
{
    (void)state;
    struct ib_loss_targets t;
    assert_false(ib_loss_targets_of(NULL, 0, &t));
    assert_false(ib_loss_targets_of((double[]){3}, 1, &t));
    assert_true(t.first == 3 && t.lowest == 3);
    assert_false(ib_loss_targets_of((double[]){3, 3, 4}, 3, &t));
    assert_false(ib_loss_targets_of((double[]){NAN, NAN}, 2, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_shares_of_the_way_down),
        cmocka_unit_test(without_improvement_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
