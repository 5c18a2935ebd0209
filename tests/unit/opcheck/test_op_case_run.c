/* One test of an operation: which faults it sees, how it words them, and that right answers have none. */
#include "base/error.h"
#include "fixtures/mistaken.h"
#include "opcheck/copy_check.h"
#include "opcheck/gradient_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

/* Y += -0.5 X, of 3 x 2 cells with gaps. */
static struct ib_op_test some_axpy(const struct ib_operation *operation)
{
    struct ib_op_test t = ib_op_test_start(operation, IB_F64);
    t.args.alpha = -0.5;
    t.n_operands = 2;
    t.operand[0] = (struct ib_operand){{3, 2, 1}, IB_FILL_EXACT, false};
    t.operand[1] = (struct ib_operand){{3, 2, 1}, IB_FILL_REAL, false};
    return t;
}

static struct ib_op_test_result result_of(const struct mistake *mistake)
{
    const struct ib_operation operation = mistaken(&ib_operation_axpy, mistake);
    const struct ib_op_test test = some_axpy(&operation);
    struct ib_op_test_result result;
    assert_int_equal(ib_op_test_run(opened("cpu_naive"), &test, NULL, NULL, &result), IB_OK);
    return result;
}

static void no_mistake_is_right(void **state)
{
    (void)state;
    const struct ib_op_test_result r = result_of(&(struct mistake){NULL, NULL});
    assert_int_equal(r.fault, IB_OP_TEST_RIGHT);
    assert_string_equal(r.text, "");
}

static void spoil_two_cells(const struct ib_op_args *args, const struct ib_view *v, struct ib_expected *m)
{
    (void)args, (void)v;
    m[1].at[3] = 77;
    m[1].at[4] = 78;
}

static void wrong_cells_are_counted_and_the_first_is_shown(void **state)
{
    (void)state;
    const struct ib_op_test_result r = result_of(&(struct mistake){NULL, spoil_two_cells});
    assert_int_equal(r.fault, IB_OP_TEST_CELLS);
    assert_string_equal(r.name, "Y");
    assert_int_equal(r.wrong, 2);
    assert_int_equal(r.cells, 6);
    assert_int_equal(r.row, 1);
    assert_int_equal(r.col, 1);
    assert_true(r.got == 77);
    assert_non_null(strstr(r.text, "Y[1, 1] is 77, expected "));
    assert_non_null(strstr(r.text, "2 of 6 elements are wrong"));
}

static void write_input(const struct ib_op_args *args, const struct ib_view *v, struct ib_expected *m)
{
    (void)args, (void)m;
    ((double *)v[0].p)[0] += 1;
}

static void write_gap(const struct ib_op_args *args, const struct ib_view *v, struct ib_expected *m)
{
    (void)args, (void)m;
    ((double *)v[1].p)[v[1].cols] = 0;
}

static void writes_elsewhere_are_faults(void **state)
{
    (void)state;
    struct ib_op_test_result r = result_of(&(struct mistake){NULL, write_input});
    assert_int_equal(r.fault, IB_OP_TEST_INPUT);
    assert_string_equal(r.text, "the input X was written");
    r = result_of(&(struct mistake){NULL, write_gap});
    assert_int_equal(r.fault, IB_OP_TEST_AROUND);
    assert_string_equal(r.text, "memory around Y was written");
}

static void differ_a_little(const struct ib_op_args *args, const struct ib_view *v, struct ib_expected *m)
{
    static int calls;
    (void)args, (void)v;
    m[1].at[0] *= 1 + 1e-15L * (calls++ % 2);
}

/* Only where a tolerance lets different bits be right. */
static void promised_bits_must_repeat(void **state)
{
    (void)state;
    const struct mistake mistake = {NULL, differ_a_little};
    const struct ib_operation operation = mistaken(&ib_operation_axpy, &mistake);
    struct ib_op_test test = some_axpy(&operation);
    struct ib_op_test_result result;
    struct ib_instance changed = *opened("cpu_naive");
    struct ib_impl unsteady = *changed.impl;
    test.tolerance = 1e-12;
    assert_int_equal(ib_op_test_run(&changed, &test, NULL, NULL, &result), IB_OK);
    assert_int_equal(result.fault, IB_OP_TEST_REPEAT);
    assert_non_null(strstr(result.text, "promises identical bits"));
    unsteady.flags = 0;
    changed.impl = &unsteady;
    assert_int_equal(ib_op_test_run(&changed, &test, NULL, NULL, &result), IB_OK);
    assert_int_equal(result.fault, IB_OP_TEST_RIGHT);
}

static void every_operation_is_right_on_a_device(void **state)
{
    (void)state;
    for (int op = 0; op < IB_OPERATION_COUNT; op++) {
        struct ib_examination found;
        assert_int_equal(
            ib_operation_examine(opened("fakedev"), ib_operations[op], IB_F32, true, NULL, &found), IB_OK);
        assert_true(found.checks > 50);
        assert_int_equal(found.wrong, 0);
        assert_string_equal(found.pattern, "");
    }
}

static enum ib_status fail_to_call(const struct ib_tensor_ops *ops, void *state,
                                   const struct ib_op_args *args, const struct ib_view *v)
{
    (void)ops, (void)state, (void)args;
    return v[0].rows == 31 ? ib_fail(IB_EDEVICE, "device", "is on fire") : IB_OK;
}

static void an_error_names_its_call(void **state)
{
    (void)state;
    struct ib_operation failing = ib_operation_act;
    struct ib_examination found;
    failing.call = fail_to_call;
    assert_int_equal(ib_operation_examine(opened("cpu_naive"), &failing, IB_F64, true, NULL, &found),
                     IB_EDEVICE);
    assert_string_equal(found.shape, "act f64 relu: M 31x1");
}

static uint64_t newest;

static void note(uint64_t number)
{
    newest = number;
}

/* A worker that dies leaves the number of its test alone. */
static void a_test_is_known_by_its_number(void **state)
{
    (void)state;
    struct ib_examination found;
    char text[512];
    assert_int_equal(
        ib_operation_examine(opened("cpu_naive"), &ib_operation_col_sum, IB_F32, true, note, &found), IB_OK);
    assert_int_equal(newest + 1, found.checks);
    ib_operation_describe(&ib_operation_col_sum, IB_F32, true, 0, text, sizeof text);
    assert_string_equal(text, "col_sum f32: M 0x1 row 1x1");
    ib_operation_describe(&ib_operation_col_sum, IB_F32, true, newest, text, sizeof text);
    assert_string_equal(text, "col_sum f32: M 66000x17 row 1x17");
    ib_operation_describe(&ib_operation_col_sum, IB_F32, true, newest + 1, text, sizeof text);
    assert_string_equal(text, "");
}

static void tests_are_described(void **state)
{
    (void)state;
    char text[512];
    struct ib_op_test t = some_axpy(&ib_operation_axpy);
    t.operand[1].fill = IB_FILL_NAN;
    ib_op_test_describe(&t, text, sizeof text);
    assert_string_equal(text, "axpy f64 alpha -0.5: X 3x2 with gaps Y 3x2 of a NaN with gaps");
    t = ib_op_test_start(&ib_operation_gemm, IB_F32);
    t.args.transpose_b = true;
    t.args.beta = 2;
    t.n_operands = 3;
    for (int i = 0; i < 3; i++)
        t.operand[i] = (struct ib_operand){{4, 4, 0}, IB_FILL_REAL, false};
    ib_op_test_describe(&t, text, sizeof text);
    assert_string_equal(text, "gemm f32 B transposed alpha 1 beta 2: A 4x4 B 4x4 C 4x4");
    t = ib_op_test_start(&ib_operation_loss_grad, IB_F64);
    t.args.kind = IB_BCE;
    t.n_operands = 3;
    t.operand[2].is_first = true;
    ib_op_test_describe(&t, text, sizeof text);
    assert_non_null(strstr(text, "loss_grad f64 bce: Z 0x0"));
    assert_non_null(strstr(text, "dZ 0x0 in place"));
}

static void closeness(void **state)
{
    (void)state;
    const struct ib_op_test exact = {.scale = 1}, rounded = {.tolerance = 0.01, .scale = 10};
    assert_true(ib_op_test_close_enough(&exact, 2, 2));
    assert_false(ib_op_test_close_enough(&exact, 2, 2.0000001L));
    assert_true(ib_op_test_close_enough(&exact, NAN, NAN));
    assert_false(ib_op_test_close_enough(&rounded, NAN, 1));
    assert_false(ib_op_test_close_enough(&rounded, 1, NAN));
    assert_true(ib_op_test_close_enough(&rounded, INFINITY, INFINITY));
    assert_false(ib_op_test_close_enough(&rounded, INFINITY, -INFINITY));
    assert_false(ib_op_test_close_enough(&rounded, 1, INFINITY));
    assert_true(ib_op_test_close_enough(&rounded, 0, 0.1L)); /* tolerance times scale */
    assert_false(ib_op_test_close_enough(&rounded, 0, 0.11L));
    assert_true(ib_op_test_close_enough(&rounded, 1000, 1009)); /* times the value, where that is more */
    assert_false(ib_op_test_close_enough(&rounded, 1000, 1011));
}

/* ---- all operations together ---- */

static enum ib_status negated_act_grad(void *state, enum ib_act kind, const struct ib_view *y,
                                       const struct ib_view *dy)
{
    IB_TRY(opened("cpu_naive")->impl->ops->act_grad(state, kind, y, dy));
    for (uint64_t e = 0; e < dy->rows * dy->cols; e++)
        ((double *)dy->p)[e] *= -1;
    return IB_OK;
}

static void gradients_are_compared_with_differences(void **state)
{
    (void)state;
    struct ib_instance changed = *opened("cpu_naive");
    struct ib_impl impl = *changed.impl;
    struct ib_tensor_ops ops = *impl.ops;
    struct ib_gradient_finding finding;
    assert_true(ib_gradient_offered(&ops));
    assert_int_equal(ib_gradient_run(&changed, IB_TANH, IB_MSE, &finding), IB_OK);
    assert_string_equal(finding.pattern, "");
    ops.act_grad = negated_act_grad;
    impl.ops = &ops;
    changed.impl = &impl;
    assert_int_equal(ib_gradient_run(&changed, IB_TANH, IB_MSE, &finding), IB_OK);
    assert_string_equal(finding.pattern, "the gradient with respect to w1 has the wrong sign");
    ops.col_sum = NULL;
    assert_false(ib_gradient_offered(&ops));
}

/* ---- copies ---- */

static enum ib_status lazy_d2h(void *state, void *host, const void *device, size_t bytes)
{
    static size_t calls;
    return calls++ % 3 == 1 ? IB_OK : opened("fakedev")->impl->mem->d2h(state, host, device, bytes);
}

static void copies_must_bring_what_went_up(void **state)
{
    (void)state;
    struct ib_instance changed = *opened("fakedev");
    struct ib_impl impl = *changed.impl;
    struct ib_mem_ops mem = *impl.mem;
    uint64_t checks;
    char text[192];
    assert_int_equal(ib_copy_check_run(&changed, &checks, text, sizeof text), IB_OK);
    assert_string_equal(text, "");
    assert_int_equal(checks, 5 * 2 * 3);
    mem.d2h = lazy_d2h;
    impl.mem = &mem;
    changed.impl = &impl;
    assert_int_equal(ib_copy_check_run(&changed, &checks, text, sizeof text), IB_OK);
    assert_string_equal(text, "corrupt copy: the 4 bytes downloaded differ from those uploaded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_mistake_is_right),
        cmocka_unit_test(wrong_cells_are_counted_and_the_first_is_shown),
        cmocka_unit_test(writes_elsewhere_are_faults),
        cmocka_unit_test(promised_bits_must_repeat),
        cmocka_unit_test(every_operation_is_right_on_a_device),
        cmocka_unit_test(an_error_names_its_call),
        cmocka_unit_test(a_test_is_known_by_its_number),
        cmocka_unit_test(tests_are_described),
        cmocka_unit_test(closeness),
        cmocka_unit_test(gradients_are_compared_with_differences),
        cmocka_unit_test(copies_must_bring_what_went_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
