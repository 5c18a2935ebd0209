/* data/columns.c: statistics at the edges of f64, against long double, and scikit-learn's rule for constant
 * columns. */
#include "data/columns.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 7 };

/* By the definition, in long double, whose range holds all squares. */
static void expect_standardised(const double *column, double scale)
{
    struct ib_arena arena = {0};
    double values[ROWS];
    long double mean = 0, squares = 0;
    for (int i = 0; i < ROWS; i++) {
        values[i] = column[i] * scale;
        mean += (long double)values[i] / ROWS;
    }
    for (int i = 0; i < ROWS; i++)
        squares += ((long double)values[i] - mean) * ((long double)values[i] - mean);
    const long double deviation = sqrtl(squares / ROWS);
    const struct ib_columns *c = ib_columns_of(&arena, values, ROWS, 1);
    assert_false(ib_columns_is_constant(c, 0));
    for (int i = 0; i < ROWS; i++) {
        const double want = (double)((values[i] - mean) / deviation),
                     got = ib_columns_standardised(c, 0, values[i]);
        if (!(fabs(got - want) <= 1e-12 * fmax(1, fabs(want))))
            fail_msg("%g times %g: %.17g, expected %.17g", column[i], scale, got, want);
    }
    ib_arena_free(&arena);
}

static void any_scale_gives_the_same(void **state)
{
    (void)state;
    const double plain[ROWS] = {1, -2, 3, 0, 5, 1.5, 1}, far[ROWS] = {101, 100, 103, 100, 102, 99, 100};
    const double scales[] = {1, 1e9, 1e150, 1e200, 1e300, 3e307, 1e-9, 1e-150, 1e-200, 1e-300, 0x1p-1070};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        expect_standardised(plain, scales[i]);
        if (scales[i] < 1e306)
            expect_standardised(far, scales[i]);
    }
}

/* Blocks whose values differ by hundreds of orders of magnitude. */
static void blocks_may_differ_in_scale(void **state)
{
    (void)state;
    const double blocks[][2] = {{1e-300, 3e-300}, {1, 2}, {1e300, -1e300}, {5e-324, 0}};
    struct ib_arena arena = {0};
    struct ib_columns c;
    ib_columns_open(&arena, 1, &c);
    for (size_t i = 0; i < 4; i++)
        ib_columns_add(&c, blocks[i], 2);
    assert_true(c.low[0] == -1e300 && c.high[0] == 1e300);
    assert_true(fabs(ib_columns_mean(&c, 0)) < 1e288);
    assert_true(fabs(ib_columns_deviation(&c, 0) / 5e299 - 1) < 1e-12); /* sqrt(2e600 / 8) */
    assert_true(fabs(ib_columns_standardised(&c, 0, 1e300) - 2) < 1e-12);
    ib_arena_free(&arena);
}

static void blocks_do_not_change_the_result(void **state)
{
    (void)state;
    enum { N = 1000, COLS = 3 };
    static double values[N * COLS];
    struct ib_arena arena = {0};
    struct ib_columns c;
    for (int i = 0; i < N * COLS; i++)
        values[i] = 1e3 * (i % COLS) + sin(i);
    const struct ib_columns *whole = ib_columns_of(&arena, values, N, COLS);
    ib_columns_open(&arena, COLS, &c);
    for (int r = 0; r < N; r += 40)
        ib_columns_add(&c, values + (ptrdiff_t)r * COLS, 40);
    for (uint64_t j = 0; j < COLS; j++) {
        assert_true(fabs(ib_columns_mean(&c, j) - ib_columns_mean(whole, j)) <= 1e-10);
        assert_true(fabs(ib_columns_deviation(&c, j) / ib_columns_deviation(whole, j) - 1) <= 1e-12);
    }
    ib_arena_free(&arena);
}

static void rounding_is_no_variance(void **state)
{
    (void)state;
    const struct {
        double values[4];
        bool constant;
    } cases[] = {
        {{0, 0, 0, 0}, true},
        {{0.1, 0.1, 0.1, 0.1}, true},
        {{0.3, 0.1 + 0.2, 0.3, 0.3}, true},
        {{1e300, nextafter(1e300, 0), 1e300, 1e300}, true},
        {{1e-300, nextafter(1e-300, 1), 1e-300, 1e-300}, true},
        {{1e9, 1e9 + 1e-6, 1e9, 1e9}, true},
        {{1e9, 1e9 + 1e-5, 1e9, 1e9}, false},
        {{0.3, 0.3 + 1e-12, 0.3, 0.3}, false},
        {{0, 5e-324, 0, 0}, false},
        {{-1e-300, 1e-300, 0, 0}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_arena arena = {0};
        double values[4];
        memcpy(values, cases[i].values, sizeof values);
        const struct ib_columns *c = ib_columns_of(&arena, values, 4, 1);
        if (ib_columns_is_constant(c, 0) != cases[i].constant)
            fail_msg("case %zu", i);
        ib_columns_standardise(c, values, 4);
        for (int r = 0; r < 4; r++)
            assert_true(isfinite(values[r]) && (!cases[i].constant || values[r] == 0));
        assert_true(cases[i].constant ? ib_columns_deviation(c, 0) == 0 : values[1] > 0);
        ib_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_scale_gives_the_same),
        cmocka_unit_test(blocks_may_differ_in_scale),
        cmocka_unit_test(blocks_do_not_change_the_result),
        cmocka_unit_test(rounding_is_no_variance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
