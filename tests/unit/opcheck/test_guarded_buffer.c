/* Guarded matrices: every write outside the cells is detected, and the data is always the same. */
#include "fixtures/mistaken.h"
#include "opcheck/operand_fill.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

enum { ROWS = 3, COLS = 2, LD = 4 };

static struct ib_guarded matrix(const char *impl, enum ib_dtype type, enum ib_guard guard)
{
    struct ib_guarded a;
    assert_int_equal(ib_guarded_open(opened(impl), type, ROWS, COLS, LD, guard, &a), IB_OK);
    for (uint64_t i = 0; i < ROWS; i++)
        for (uint64_t j = 0; j < COLS; j++)
            ib_guarded_set(&a, i, j, (double)(10 * i + j));
    assert_int_equal(ib_guarded_upload(&a), IB_OK);
    return a;
}

static void cells_lie_where_the_view_says(void **state)
{
    (void)state;
    struct ib_guarded a = matrix("cpu_naive", IB_F64, IB_GUARD_NAN);
    const struct ib_view v = ib_guarded_view(&a);
    assert_int_equal(v.rows, ROWS);
    assert_int_equal(v.cols, COLS);
    assert_int_equal(v.ld, LD);
    for (uint64_t i = 0; i < ROWS; i++)
        for (uint64_t j = 0; j < COLS; j++)
            assert_true(((double *)v.p)[i * LD + j] == (double)(10 * i + j));
    ((double *)v.p)[1 * LD + 1] = 99;
    assert_int_equal(ib_guarded_download(&a), IB_OK);
    assert_true(ib_guarded_get(&a, 1, 1) == 99);
    assert_true(ib_guarded_start(&a, 1, 1) == 11);
    ib_guarded_close(&a);
}

static void everything_around_is_nan(void **state)
{
    (void)state;
    struct ib_guarded a = matrix("cpu_naive", IB_F32, IB_GUARD_NAN);
    const float *p = ib_guarded_view(&a).p;
    assert_true(isnan(p[-1]) && isnan(p[COLS]) && isnan(p[LD - 1]) && isnan(p[(ROWS - 1) * LD + COLS]));
    ib_guarded_close(&a);
    a = matrix("cpu_naive", IB_F32, IB_GUARD_NUMBER);
    p = ib_guarded_view(&a).p;
    assert_true(isfinite(p[-1]) && p[-1] < 0 && isfinite(p[COLS]));
    ib_guarded_close(&a);
}

static void writes_outside_show(void **state)
{
    (void)state;
    const ptrdiff_t outside[] = {-1, -60, COLS, LD - 1, LD + COLS, (ROWS - 1) * LD + COLS, ROWS * LD + 50};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        struct ib_guarded a = matrix("cpu_naive", IB_F64, IB_GUARD_NUMBER);
        assert_true(ib_guarded_guards_untouched(&a));
        ((double *)ib_guarded_view(&a).p)[outside[i]] = 0;
        assert_false(ib_guarded_guards_untouched(&a));
        assert_false(ib_guarded_untouched(&a));
        ib_guarded_close(&a);
    }
}

static void writes_to_cells_are_told_apart(void **state)
{
    (void)state;
    struct ib_guarded a = matrix("cpu_naive", IB_F64, IB_GUARD_NAN);
    assert_true(ib_guarded_untouched(&a));
    ((double *)ib_guarded_view(&a).p)[LD] = 5;
    assert_true(ib_guarded_guards_untouched(&a));
    assert_false(ib_guarded_untouched(&a));
    assert_false(ib_guarded_cell_untouched(&a, 1, 0));
    assert_true(ib_guarded_cell_untouched(&a, 1, 1));
    ib_guarded_close(&a);
}

static void f32_cells_are_rounded(void **state)
{
    (void)state;
    struct ib_guarded a = matrix("cpu_naive", IB_F32, IB_GUARD_NAN);
    ib_guarded_set(&a, 0, 0, 0.1);
    assert_true(ib_guarded_start(&a, 0, 0) == (double)0.1f);
    ib_guarded_close(&a);
}

static void devices_get_and_give_all_of_it(void **state)
{
    (void)state;
    struct ib_guarded a = matrix("fakedev", IB_F64, IB_GUARD_NAN);
    assert_non_null(a.device);
    memset(a.after, 0, ib_guarded_bytes(&a));
    assert_false(ib_guarded_untouched(&a));
    assert_int_equal(ib_guarded_download(&a), IB_OK);
    assert_true(ib_guarded_untouched(&a));
    assert_true(ib_guarded_get(&a, 2, 1) == 21);
    ib_guarded_close(&a);
}

static void no_rows_are_all_guard(void **state)
{
    (void)state;
    struct ib_guarded a;
    assert_int_equal(ib_guarded_open(opened("cpu_naive"), IB_F64, 0, COLS, LD, IB_GUARD_NUMBER, &a), IB_OK);
    assert_int_equal(ib_guarded_upload(&a), IB_OK);
    assert_true(ib_guarded_guards_untouched(&a));
    ((double *)ib_guarded_view(&a).p)[0] = 1;
    assert_false(ib_guarded_guards_untouched(&a));
    ib_guarded_close(&a);
}

/* ---- data ---- */

enum { MANY = 40 };

/* 40 x 40 cells of a fill, as the operand of that number. */
static void fill(enum ib_fill fill, uint32_t operand, double out[MANY * MANY])
{
    struct ib_op_test t = ib_op_test_start(&ib_operation_axpy, IB_F64);
    struct ib_guarded a;
    t.operand[operand].fill = fill;
    assert_int_equal(ib_guarded_open(opened("cpu_naive"), IB_F64, MANY, MANY, MANY, IB_GUARD_NAN, &a), IB_OK);
    ib_fill_operand(&a, &t, operand);
    for (uint64_t e = 0; e < MANY * MANY; e++)
        out[e] = ib_guarded_start(&a, e / MANY, e % MANY);
    ib_guarded_close(&a);
}

static size_t count(const double *values, bool (*is)(double))
{
    size_t n = 0;
    for (size_t e = 0; e < MANY * MANY; e++)
        n += is(values[e]);
    return n;
}

static bool is_nan(double v)
{
    return isnan(v);
}

static bool is_infinite(double v)
{
    return isinf(v);
}

static bool is_exact(double v)
{
    return v == 0 || fabs(v) == 0.25 || fabs(v) == 0.5 || fabs(v) == 1 || fabs(v) == 2 || fabs(v) == 4;
}

static bool is_label(double v)
{
    return v == 0 || v == 1;
}

static bool is_between_0_and_1(double v)
{
    return v > 0 && v < 1;
}

static bool is_below_1(double v)
{
    return fabs(v) < 1;
}

static bool is_large(double v)
{
    return fabs(v) > 4;
}

static void fills_hold_what_they_say(void **state)
{
    (void)state;
    const struct {
        enum ib_fill fill;
        bool (*is)(double);
        size_t low, high;
    } rows[] = {
        {IB_FILL_EXACT, is_exact, 1600, 1600}, {IB_FILL_REAL, is_below_1, 1600, 1600},
        {IB_FILL_REAL, is_exact, 0, 0},        {IB_FILL_POSITIVE, is_between_0_and_1, 1600, 1600},
        {IB_FILL_WIDE, is_large, 200, 450},    {IB_FILL_LABELS, is_label, 1600, 1600},
        {IB_FILL_NAN, is_nan, 1, 1},           {IB_FILL_NAN, is_exact, 1599, 1599},
        {IB_FILL_INFINITY, is_infinite, 1, 1}, {IB_FILL_UNSET, is_nan, 1600, 1600},
    };
    double values[MANY * MANY];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fill(rows[i].fill, 0, values);
        assert_in_range(count(values, rows[i].is), rows[i].low, rows[i].high);
    }
}

static void fills_repeat_and_operands_differ(void **state)
{
    (void)state;
    double first[MANY * MANY], again[MANY * MANY], other[MANY * MANY];
    fill(IB_FILL_REAL, 0, first);
    fill(IB_FILL_REAL, 0, again);
    fill(IB_FILL_REAL, 1, other);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_lie_where_the_view_says),
        cmocka_unit_test(everything_around_is_nan),
        cmocka_unit_test(writes_outside_show),
        cmocka_unit_test(writes_to_cells_are_told_apart),
        cmocka_unit_test(f32_cells_are_rounded),
        cmocka_unit_test(devices_get_and_give_all_of_it),
        cmocka_unit_test(no_rows_are_all_guard),
        cmocka_unit_test(fills_hold_what_they_say),
        cmocka_unit_test(fills_repeat_and_operands_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
