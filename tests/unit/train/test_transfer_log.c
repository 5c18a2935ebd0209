/* A transfer log is large, and only what it has of its tensors is cleared, copied and compared. */
#include "train/transfer_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct ib_traffic none, some = {1, 8, 2, 16};

/* Over whatever was in the memory. */
static void make(struct ib_transfer_log *log, int was)
{
    memset(log, was, sizeof *log);
    ib_transfer_log_clear(log);
    assert_int_equal(ib_transfer_log_add(log, "x"), 0);
    assert_int_equal(ib_transfer_log_add(log, "w1"), 1);
    log->copies[1][IB_TRAIN][IB_OP_GEMM] = some;
    log->launches[IB_TRAIN] = 3;
}

static void an_added_tensor_was_not_copied_yet(void **state)
{
    (void)state;
    static struct ib_transfer_log log;
    make(&log, 0xA5);
    assert_int_equal(ib_transfer_log_add(&log, "12345678"), 2);
    assert_string_equal(log.tensor[0], "x");
    assert_string_equal(log.tensor[2], "1234567");
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        const struct ib_traffic sum = ib_transfer_log_phase(&log, (enum ib_phase)phase);
        assert_true(ib_traffic_equal(&sum, phase == IB_TRAIN ? &some : &none));
        assert_int_equal(log.launches[phase], phase == IB_TRAIN ? 3 : 0);
        assert_int_equal(log.syncs[phase], 0);
    }
}

static void a_copy_is_equal_until_it_changes(void **state)
{
    (void)state;
    static struct ib_transfer_log log, copy;
    make(&log, 0xA5);
    make(&copy, 0x5A);
    assert_true(ib_transfer_log_equal(&log, &copy));
    copy.copies[1][IB_PREDICT][IB_OP_AXPY].d2h_bytes++;
    assert_false(ib_transfer_log_equal(&log, &copy));
    ib_transfer_log_copy(&log, &copy);
    assert_true(ib_transfer_log_equal(&log, &copy));
    copy.syncs[IB_READBACK]++;
    assert_false(ib_transfer_log_equal(&log, &copy));
    ib_transfer_log_copy(&log, &copy);
    ib_transfer_log_add(&copy, "w2");
    assert_false(ib_transfer_log_equal(&log, &copy));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_added_tensor_was_not_copied_yet),
        cmocka_unit_test(a_copy_is_equal_until_it_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
