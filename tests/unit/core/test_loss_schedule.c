#include "core/loss_schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const uint64_t lengths[] = {1, 2, 49, 50, 51, 113, 114, 115, 116, 164, 1114, 1115, 5000, 40001};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

static void checked_epochs_are_enumerated(void **state)
{
    (void)state;
    for (int i = 0; i < LENGTHS; i++) {
        uint64_t next = ib_next_checked_epoch(0, lengths[i]);
        for (uint64_t e = 1; e <= lengths[i]; e++) {
            assert_int_equal(ib_checks_epoch(e, lengths[i]), e == next);
            next = e == next ? ib_next_checked_epoch(e, lengths[i]) : next;
        }
        assert_true(next > lengths[i]);
    }
}

static void from_any_epoch_the_next_one_is_found(void **state)
{
    (void)state;
    for (uint64_t from = 0; from <= 5000; from += 7) {
        uint64_t next = from + 1;
        while (next <= 5000 && !ib_checks_epoch(next, 5000))
            next++;
        assert_int_equal(ib_next_checked_epoch(from, 5000), next);
    }
}

static void logged_epochs_are_counted(void **state)
{
    (void)state;
    for (int i = 0; i < LENGTHS; i++)
        for (uint64_t every = 0; every <= 60; every++) {
            uint64_t n = 0;
            for (uint64_t e = 1; e <= lengths[i]; e++)
                n += ib_logs_epoch(e, every) ? 1 : 0;
            assert_int_equal(ib_logged_epochs(lengths[i], every), n);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checked_epochs_are_enumerated),
        cmocka_unit_test(from_any_epoch_the_next_one_is_found),
        cmocka_unit_test(logged_epochs_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
