/* A baseline in its file. */
#include "fixtures/scratch.h"
#include "gate/baseline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void a_baseline_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct ib_baseline_case cases[] = {{.record = {.test_rows = 100, .metrics = {[IB_METRIC_mse] = 4}},
                                        .control = "y",
                                        .over_control = {2, 1, 3, 8}},
                                       {.record = {.metrics = {[IB_METRIC_accuracy] = NAN}}, .control = "y"}};
    struct ib_baseline read, written = {.name = "n",
                                        .run = "r",
                                        .version = "1",
                                        .control = "c",
                                        .machine = {.fingerprint = "f", .usable_cores = 2},
                                        .cases = cases,
                                        .n = 2};
    for (size_t i = 0; i < 2; i++) {
        struct ib_case_record *c = &cases[i].record;
        c->id = i ? "y" : "x";
        c->name = c->problem = c->axis[IB_AXIS_IMPL] = "z";
        c->status = IB_CASE_OK;
        c->check.verdict = IB_RIGHT;
        c->transfers = (struct ib_transfer_totals){1, 2, 3, IB_NO_COUNT, 5, 6};
        c->epoch_ns = (struct ib_epoch_times){.median = 7, .n = 9};
    }
    const char *path = "b.json";
    assert_int_equal(ib_baseline_write(path, &written), IB_OK);
    assert_int_equal(ib_baseline_read(path, &read), IB_OK);
    assert_string_equal(read.control, "c");
    assert_string_equal(read.machine.fingerprint, "f");
    assert_int_equal(read.machine.usable_cores, 2);
    assert_int_equal(read.n, 2);
    assert_null(ib_baseline_find(&read, "z"));
    const struct ib_baseline_case *x = ib_baseline_find(&read, "x"), *y = ib_baseline_find(&read, "y");
    assert_true(x && y && ib_case_record_verified(&x->record));
    assert_true(x->record.metrics[IB_METRIC_mse] == 4 && isnan(y->record.metrics[IB_METRIC_accuracy]));
    assert_int_equal(x->record.transfers.d2h_count, 3);
    assert_int_equal(x->record.transfers.d2h_bytes, IB_NO_COUNT);
    assert_int_equal(x->record.test_rows, 100);
    assert_true(x->record.epoch_ns.median == 7 && x->record.epoch_ns.n == 9);
    assert_true(x->over_control.median == 2 && x->over_control.high == 3 && x->over_control.n == 8);
    assert_true(isnan(y->over_control.median));
    assert_string_equal(y->control, "y");
    ib_baseline_free(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_baseline_is_read_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
