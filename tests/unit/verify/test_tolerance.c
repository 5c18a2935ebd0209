/* Errors and their tolerances, as results/tolerances.md has them. */
#include "verify/tolerance.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void tolerances_are_as_documented(void **state)
{
    (void)state;
    assert_true(ib_tolerance(IB_F32, 100) == 1e-5);
    assert_true(fabs(ib_tolerance(IB_F32, 10000) - 400 * (double)FLT_EPSILON) < 1e-12);
    assert_true(ib_tolerance(IB_F32, 1000000) == 1e-4);
    assert_true(ib_tolerance_with(IB_F32, IB_PRODUCTS_F32, 100, 0) == 1e-5);
    assert_true(ib_tolerance_with(IB_F64, IB_PRODUCTS_F32, 1000000, 0) == 1e-9);
    assert_true(fabs(ib_tolerance_with(IB_F32, IB_PRODUCTS_F32, 100, 1e-4) - 3e-3) < 1e-12);
    assert_true(fabs(ib_tolerance_with(IB_F64, IB_PRODUCTS_F32, 100, 1e-4) - 3e-3) < 1e-12);
    assert_true(fabs(ib_tolerance_with(IB_F32, IB_PRODUCTS_TF32, 100, 1e-4) - 1e-3) < 1e-12);
    assert_true(fabs(ib_step_tolerance(IB_F32, IB_PRODUCTS_TF32, 100, 1e-4) - 3e-3) < 1e-12);
    assert_true(fabs(ib_step_tolerance(IB_F32, IB_PRODUCTS_F32, 100, 1e-5) - 8e-5) < 1e-12);
    assert_true(ib_step_tolerance(IB_F32, IB_PRODUCTS_F32, 100, 0) <= 80 * (double)FLT_EPSILON);
    assert_true(ib_step_tolerance(IB_F32, IB_PRODUCTS_F32, 1000000, 0) == 1e-4);
    assert_true(ib_step_tolerance(IB_F64, IB_PRODUCTS_F32, 100, 0) == 1e-9);
    assert_true(ib_step_tolerance(IB_F32, IB_PRODUCTS_TF32, 100, 0) == 1e-5);
}

static void drift_counts_by_the_precision_of_products(void **state)
{
    (void)state;
    static const struct {
        enum ib_products products;
        double training, step;
    } factors[] = {{IB_PRODUCTS_F32, 30, 8},
                   {IB_PRODUCTS_TF32, 10, 30},
                   {IB_PRODUCTS_BF16, 10, 15},
                   {IB_PRODUCTS_FP16, 10, 15}};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        assert_true(ib_tolerance_with(IB_F32, factors[i].products, 1, 0.5) == factors[i].training / 2);
        assert_true(ib_step_tolerance(IB_F32, factors[i].products, 1, 0.5) == factors[i].step / 2);
    }
}

static void numbers_below_these_multiply_without_overflow(void **state)
{
    (void)state;
    assert_true(ib_largest_safe(IB_F32) == 1e15);
    assert_true(ib_largest_safe(IB_F64) == 1e100);
    assert_true(1e15 * 1e15 < (double)FLT_MAX);
    assert_true(isfinite(1e100 * 1e100));
}

static void what_is_not_a_number_is_larger_than_any(void **state)
{
    (void)state;
    assert_true(ib_larger(1, 2) == 2 && ib_larger(2, 1) == 2);
    assert_true(isnan(ib_larger(1, NAN)) && isnan(ib_larger(NAN, 1)) && isnan(ib_larger(NAN, INFINITY)));
    assert_true(ib_max_norm(3, (double[]){0.25, -0.5, 0.125}) == 0.5);
    assert_true(ib_max_norm(2, (double[]){-0.5, 0.25}) == 0.5);
    assert_true(ib_max_norm(0, NULL) == 0);
    assert_true(isnan(ib_max_norm(3, (double[]){1, NAN, 2})));
}

static void no_difference_is_no_error_at_any_scale(void **state)
{
    (void)state;
    assert_true(ib_relative_error(0, 0) == 0);
    assert_true(ib_relative_error(-1, 4) == 0.25);
    assert_true(ib_relative_error(1, 0) == INFINITY);
    assert_true(isnan(ib_relative_error(NAN, 1)));
}

static void distances_are_relative_to_the_largest(void **state)
{
    (void)state;
    const double reference[] = {0.25, -0.5, 0}, v[] = {0.25, -0.5, 0.125}, drifted[] = {0.25, 0.5, 0};
    uint64_t where;
    assert_true(ib_distance(3, v, reference, NULL, &where) == 0.25);
    assert_int_equal(where, 2);
    assert_true(ib_distance(3, v, reference, reference, &where) == 0.25);
    assert_true(ib_distance(3, v, reference, drifted, &where) == 0.125); /* or to how far the drift is off */
    assert_true(ib_distance(3, reference, reference, NULL, &where) == 0);
    assert_int_equal(where, 0);
    assert_true(ib_distance(3, (double[]){0.5, -0.25, 0}, reference, NULL, &where) == 0.5);
    assert_int_equal(where, 0); /* the first of equals */
    assert_true(isnan(ib_distance(3, (double[]){0, NAN, 9}, reference, NULL, &where)));
    assert_int_equal(where, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tolerances_are_as_documented),
        cmocka_unit_test(drift_counts_by_the_precision_of_products),
        cmocka_unit_test(numbers_below_these_multiply_without_overflow),
        cmocka_unit_test(what_is_not_a_number_is_larger_than_any),
        cmocka_unit_test(no_difference_is_no_error_at_any_scale),
        cmocka_unit_test(distances_are_relative_to_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
