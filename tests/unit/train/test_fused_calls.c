/* Fused steps: how many epochs, or steps of mini-batches, a call has. */
#include "base/error.h"
#include "fixtures/fused.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- how many at a time ---- */

static bool wants_each_fourth(void *context, uint64_t epoch)
{
    (void)context;
    return epoch % 4 == 0;
}

static bool wants_none(void *context, uint64_t epoch)
{
    (void)context;
    (void)epoch;
    return false;
}

static enum ib_status count_losses(void *context, uint64_t epoch, double loss)
{
    (void)loss;
    assert_int_equal(epoch % 4, 0);
    ++*(int *)context;
    return IB_OK;
}

static void run(enum ib_residency residency, uint64_t epochs, const struct ib_loss_reader *reader)
{
    struct test_training t;
    fused_make(residency == IB_HOST ? &ib_impl_cpu_naive : &ib_impl_fakedev, &fused_few, 1);
    test_training_open(&t, &fused_impl, residency, &fused_problem, IB_F64);
    assert_int_equal(ib_training_run(&t.training, epochs, reader), IB_OK);
    test_training_close(&t);
    test_problem_free(&fused_problem);
}

static void epochs_run_at_once_up_to_the_next_loss(void **state)
{
    (void)state;
    int losses = 0;
    const struct ib_loss_reader each_fourth = {wants_each_fourth, count_losses, &losses},
                                no_loss = {wants_none, count_losses, &losses};
    run(IB_HOST, 10, NULL);
    assert_int_equal(fused_seen.calls, 1);
    assert_int_equal(fused_seen.epochs[0], 10);
    assert_false(fused_seen.with_loss[0]);
    run(IB_HOST, 10, &no_loss);
    assert_int_equal(fused_seen.calls, 1);
    assert_int_equal(fused_seen.epochs[0], 10);
    assert_false(fused_seen.with_loss[0]);
    run(IB_HOST, 10, &each_fourth);
    assert_int_equal(losses, 2);
    assert_int_equal(fused_seen.calls, 3);
    assert_true(fused_seen.epochs[0] == 4 && fused_seen.epochs[1] == 4 && fused_seen.epochs[2] == 2);
    assert_true(fused_seen.with_loss[0] && fused_seen.with_loss[1] && !fused_seen.with_loss[2]);
    run(IB_HOST, 0, NULL);
    assert_int_equal(fused_seen.calls, 0);
}

/* Where every operand is copied around every step, they run one by one. */
static void per_op_steps_are_single(void **state)
{
    (void)state;
    int losses = 0;
    const struct ib_loss_reader each_fourth = {wants_each_fourth, count_losses, &losses};
    run(IB_PER_OP, 10, &each_fourth);
    assert_int_equal(fused_seen.calls, 10);
    for (size_t i = 0; i < fused_seen.calls; i++) {
        assert_int_equal(fused_seen.epochs[i], 1);
        assert_int_equal(fused_seen.with_loss[i], i % 4 == 3);
    }
    assert_int_equal(losses, 2);
    run(IB_RESIDENT, 10, NULL);
    assert_int_equal(fused_seen.calls, 1);
}

/* ---- mini-batches ---- */

enum { STEPS = 3 }; /* of 4, 4 and 3 rows */

static void open_batched(struct test_training *t, enum ib_residency residency)
{
    if (residency == IB_HOST)
        fused_make(&ib_impl_cpu_naive, &fused_batched, 1);
    else
        fused_make(&ib_impl_fakedev, &fused_few_batched, 1);
    test_problem_batches(&fused_problem, FUSED_BATCH, 5);
    test_training_open(t, &fused_impl, residency, &fused_problem, IB_F64);
}

static void assert_calls(size_t n, const uint64_t *n_steps, const uint64_t *first, const bool *with_loss)
{
    assert_int_equal(fused_seen.calls, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(fused_seen.epochs[i], n_steps[i]);
        assert_int_equal(fused_seen.first_step[i], first[i]);
        assert_int_equal(fused_seen.with_loss[i], with_loss[i]);
    }
}

static void the_order_of_the_rows_is_told(void **state)
{
    (void)state;
    struct test_training t;
    open_batched(&t, IB_HOST);
    const uint64_t n = ib_order_count(&fused_problem.oracle.spec) * FUSED_ROWS;
    test_training_run(&t, 2, NULL, NULL);
    const struct ib_problem *const told[] = {&fused_seen.supported, &fused_seen.prepared,
                                             &fused_seen.stepped};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        assert_int_equal(told[i]->batch, FUSED_BATCH);
        assert_int_equal(told[i]->x.rows, FUSED_ROWS);
        assert_int_equal(told[i]->order.rows, 1);
        assert_int_equal(told[i]->order.cols, n);
        assert_int_equal(told[i]->order.type, IB_U32);
        assert_int_equal(told[i]->order.p != NULL, i > 0);
        if (i > 0)
            assert_memory_equal(told[i]->order.p, fused_problem.order, n * sizeof *fused_problem.order);
    }
    assert_calls(1, (const uint64_t[]){2 * STEPS}, (const uint64_t[]){0}, (const bool[]){false});
    test_training_close(&t);
    test_problem_free(&fused_problem);
}

static void steps_are_counted_through_the_training(void **state)
{
    (void)state;
    struct test_training t;
    int losses = 0;
    const struct ib_loss_reader each_fourth = {wants_each_fourth, count_losses, &losses};
    open_batched(&t, IB_HOST);
    assert_int_equal(ib_training_run(&t.training, 5, &each_fourth), IB_OK);
    assert_calls(2, (const uint64_t[]){4 * STEPS, STEPS}, (const uint64_t[]){0, 4 * STEPS},
                 (const bool[]){true, false});
    assert_int_equal(losses, 1);
    assert_int_equal(ib_training_restart(&t.training), IB_OK);
    fused_seen.calls = 0;
    assert_int_equal(ib_training_run_cut(&t.training, 4, 2, &each_fourth), IB_OK); /* its loss is read, too */
    assert_calls(3, (const uint64_t[]){3 * STEPS, 1, 1}, (const uint64_t[]){0, 3 * STEPS, 3 * STEPS + 1},
                 (const bool[]){false, false, true});
    assert_int_equal(losses, 2);
    test_training_close(&t);
    test_problem_free(&fused_problem);
}

/* A loss is read once an epoch, and the order uploaded once. Where operands are copied around each call,
 * operations train instead. */
static void copies_are_those_of_whole_epochs(void **state)
{
    (void)state;
    struct test_training t;
    char why[256];
    double losses[10], predictions[FUSED_TEST_ROWS * 3];
    open_batched(&t, IB_RESIDENT);
    struct ib_transfer_model_case copies = {
        .spec = t.data.spec, .residency = IB_RESIDENT, .fused = true, .epochs = 10};
    test_training_run(&t, 10, losses, &copies.reads);
    test_training_params(&t, predictions);
    test_training_predict(&t, predictions);
    if (!ib_transfer_model_matches(&copies, &t.dispatch.transfer_log, why, sizeof why))
        fail_msg("%s", why);
    assert_int_equal(ib_transfer_log_phase(&t.dispatch.transfer_log, IB_TRAIN).d2h_count, copies.reads);
    assert_int_equal(ib_transfer_log_phase(&t.dispatch.transfer_log, IB_SETUP).h2d_count, 2 + 2 + 1);
    copies.fused = false;
    assert_false(ib_transfer_model_matches(&copies, &t.dispatch.transfer_log, why, sizeof why));
    test_training_close(&t);
    test_problem_free(&fused_problem);
    open_batched(&t, IB_PER_OP);
    assert_false(t.training.fused);
    test_training_close(&t);
    test_problem_free(&fused_problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epochs_run_at_once_up_to_the_next_loss),
        cmocka_unit_test(per_op_steps_are_single),
        cmocka_unit_test(the_order_of_the_rows_is_told),
        cmocka_unit_test(steps_are_counted_through_the_training),
        cmocka_unit_test(copies_are_those_of_whole_epochs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
