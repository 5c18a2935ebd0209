/* Dispatch calls any operation by its descriptor, copies by its operands' access, and refuses what does not
 * fit. */
#include "base/error.h"
#include "fixtures/mistaken.h"
#include "train/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct ib_dispatch d;

static void open_dispatch(const char *impl, enum ib_residency residency)
{
    const struct ib_instance *instance = opened(impl);
    assert_int_equal(ib_dispatch_open(instance->impl, instance->state, residency, &d), IB_OK);
    d.phase = IB_TRAIN;
}

/* The smallest test case of an operation that has no size of 0, with every operand in memory of its own. */
struct chosen {
    struct ib_visitor visitor;
    bool found;
    struct ib_op_test test;
};

static void choose(struct ib_visitor *visitor, const struct ib_op_test *t)
{
    struct chosen *c = (struct chosen *)visitor;
    bool fits = !c->found && t->n_operands == t->operation->n_operands;
    for (uint32_t i = 0; i < t->n_operands; i++)
        fits =
            fits && t->operand[i].shape.rows > 0 && t->operand[i].shape.cols > 0 && !t->operand[i].is_first;
    if (fits)
        c->test = *t;
    c->found = c->found || fits;
}

static struct ib_op_test small_test(const struct ib_operation *operation)
{
    struct chosen c = {.visitor = {.quick = true, .visit = choose}};
    ib_op_cases_visit(operation, IB_F64, &c.visitor);
    assert_true(c.found);
    return c.test;
}

static void open_tensors(const struct ib_op_test *t, struct ib_tensor *tensors, struct ib_tensor **list)
{
    for (uint32_t i = 0; i < t->n_operands; i++) {
        assert_int_equal(ib_tensor_open(&d, ib_op_test_operand(t, i), ib_op_test_type(t, i),
                                        t->operand[i].shape.rows, t->operand[i].shape.cols, NULL,
                                        &tensors[i]),
                         IB_OK);
        list[i] = &tensors[i];
    }
}

/* per_op copies up each operand that is read and down each that is written, under the operation's own name.
 */
static void access_decides_about_copies(void **state)
{
    (void)state;
    for (int op = 0; op < IB_OPERATION_COUNT; op++) {
        const struct ib_op_test t = small_test(ib_operations[op]);
        struct ib_tensor tensors[IB_MAX_OPERANDS] = {0}, *list[IB_MAX_OPERANDS] = {NULL};
        open_dispatch("fakedev", IB_PER_OP);
        open_tensors(&t, tensors, list);
        assert_int_equal(ib_call(&d, (enum ib_op)op, &t.args, list), IB_OK);
        for (uint32_t i = 0; i < t.n_operands; i++) {
            const unsigned access = ib_operation_access(t.operation, &t.args, i);
            const uint64_t bytes = tensors[i].rows * tensors[i].cols * ib_dtype_bytes(tensors[i].type);
            const bool up = access & IB_READS, down = access & IB_WRITES;
            const struct ib_traffic wanted = {up, up ? bytes : 0, down, down ? bytes : 0};
            assert_true(ib_traffic_equal(&d.transfer_log.copies[i][IB_TRAIN][op], &wanted));
        }
        assert_int_equal(d.transfer_log.launches[IB_TRAIN], 1);
        for (uint32_t i = 0; i < t.n_operands; i++)
            ib_tensor_close(&d, &tensors[i]);
    }
}

static void operands_must_fit_and_be_there(void **state)
{
    (void)state;
    const struct ib_op_args args = {.alpha = 1};
    struct ib_tensor a = {.rows = 2, .cols = 3, .type = IB_F64}, b = {.rows = 3, .cols = 2, .type = IB_F64};
    open_dispatch("cpu_naive", IB_HOST);
    assert_int_equal(ib_call(&d, IB_OP_AXPY, &args, (struct ib_tensor *const[]){&a, &b}), IB_EINTERNAL);
    assert_string_equal(ib_error_text(), "axpy: the shapes of its operands do not match");
    assert_int_equal(ib_call(&d, IB_OP_AXPY, &args, (struct ib_tensor *const[]){&a, NULL}), IB_EINTERNAL);
    assert_string_equal(ib_error_text(), "axpy: operand Y is missing");
    assert_int_equal(d.transfer_log.launches[IB_TRAIN], 0);
}

static void what_is_not_offered_is_unsupported(void **state)
{
    (void)state;
    const struct ib_op_args args = {.kind = IB_RELU, .alpha = 1};
    struct ib_tensor m = {.rows = 2, .cols = 3, .type = IB_F64};
    struct ib_impl impl = *opened("cpu_naive")->impl;
    struct ib_tensor_ops ops = *impl.ops;
    open_dispatch("cpu_naive", IB_HOST);
    ops.act = NULL;
    impl.ops = &ops;
    d.impl = &impl;
    assert_int_equal(ib_call(&d, IB_OP_ACT, &args, (struct ib_tensor *const[]){&m}), IB_EUNSUPPORTED);
    assert_string_equal(ib_error_text(), "cpu_naive: does not implement the operation act");
}

/* The gradient may replace Z: one tensor, copied up once and down once. */
static void one_tensor_may_be_two_operands(void **state)
{
    (void)state;
    const struct ib_op_args args = {.kind = IB_MSE, .alpha = 1};
    const double targets[] = {1, 2, 3, 4};
    double gradient[4];
    struct ib_tensor z, y;
    open_dispatch("fakedev", IB_PER_OP);
    assert_int_equal(ib_tensor_open(&d, "z", IB_F64, 4, 1, NULL, &z), IB_OK);
    assert_int_equal(ib_tensor_open(&d, "y", IB_F64, 4, 1, targets, &y), IB_OK);
    assert_int_equal(ib_call(&d, IB_OP_LOSS_GRAD, &args, (struct ib_tensor *const[]){&z, &y, &z, NULL}),
                     IB_OK);
    const struct ib_traffic both = {1, 32, 1, 32};
    assert_true(ib_traffic_equal(&d.transfer_log.copies[0][IB_TRAIN][IB_OP_LOSS_GRAD], &both));
    assert_int_equal(ib_read(&d, &z, gradient), IB_OK);
    for (int i = 0; i < 4; i++)
        assert_true(gradient[i] == -targets[i] / 2);
    ib_tensor_close(&d, &z);
    ib_tensor_close(&d, &y);
}

/* An implementation whose memory has a sync of its own. */
static unsigned syncs;

static enum ib_status counting_sync(void *state)
{
    (void)state;
    syncs++;
    return IB_EIO;
}

static void sync_waits_for_the_device(void **state)
{
    (void)state;
    open_dispatch("fakedev", IB_RESIDENT);
    struct ib_mem_ops mem = *d.impl->mem;
    struct ib_impl impl = *d.impl;
    mem.sync = counting_sync;
    impl.mem = &mem;
    d.impl = &impl;
    assert_int_equal(ib_sync(&d), IB_EIO);
    assert_int_equal(syncs, 1);
    assert_int_equal(d.transfer_log.syncs[IB_TRAIN], 1);
    open_dispatch("cpu_naive", IB_HOST);
    assert_int_equal(ib_sync(&d), IB_OK);
    assert_int_equal(d.transfer_log.syncs[IB_TRAIN], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_decides_about_copies),
        cmocka_unit_test(operands_must_fit_and_be_there),
        cmocka_unit_test(what_is_not_offered_is_unsupported),
        cmocka_unit_test(one_tensor_may_be_two_operands),
        cmocka_unit_test(sync_waits_for_the_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
