/* Products on the mock of cuBLAS, beyond what the conformance suite asks for. */
#include "opened.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* cuBLAS counts in int; more than that must not be cut off. */
static void test_too_large_for_cublas(void **state)
{
    struct ib_instance instance;
    (void)state;
    must_open("cuda_cublas", NULL, NULL, &instance);
    struct ib_view m = new_matrix(&instance, 4, 4, 1), large = m;
    large.rows = (uint64_t)1 << 31;
    assert_failure(instance.impl->ops->gemm(instance.state, false, false, 1, &large, &m, 0, &large),
                   IB_EUNSUPPORTED, "2147483648 x 4");
    large = m;
    large.ld = (uint64_t)1 << 31;
    assert_failure(instance.impl->ops->gemm(instance.state, false, false, 1, &m, &large, 0, &m),
                   IB_EUNSUPPORTED, "at most 2147483647");
    drop_matrix(&instance, &m);
    ib_instance_close(&instance);
}

/* Sums over more rows than cuBLAS gets at once, whichever way they lie, into a C that counts and may have
 * gaps. */
static void check_many_rows(const struct ib_instance *instance, uint64_t rows, bool transpose_b,
                            uint64_t cols, uint64_t gap)
{
    const uint64_t b_rows = transpose_b ? cols : rows, b_cols = transpose_b ? rows : cols;
    struct ib_view a = new_matrix(instance, rows, 3, 1), b = new_matrix(instance, b_rows, b_cols, 2),
                   c = new_matrix(instance, 3, cols + gap, 10), part = c;
    part.cols = cols; /* the columns behind belong to nobody: they start as 10, and stay so */
    assert_int_equal(instance->impl->ops->gemm(instance->state, true, transpose_b, 0.5, &a, &b, -1, &part),
                     IB_OK);
    float values[3 * 8];
    assert_int_equal(instance->impl->mem->d2h(instance->state, values, c.p, 3 * c.ld * sizeof *values),
                     IB_OK);
    for (uint64_t i = 0; i < 3; i++)
        for (uint64_t j = 0; j < c.cols; j++)
            assert_float_equal(values[i * c.ld + j], j < cols ? (float)rows - 10 : 10, 0);
    drop_matrix(instance, &a);
    drop_matrix(instance, &b);
    drop_matrix(instance, &c);
}

static void test_many_rows(void **state)
{
    static const uint64_t rows[] = {8191, 8192, 8193, 16384, 20001};
    struct ib_instance instance;
    (void)state;
    must_open("cuda_cublas", NULL, NULL, &instance);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (int transpose_b = 0; transpose_b < 2; transpose_b++)
            for (uint64_t cols = 1; cols <= 3; cols++)
                for (uint64_t gap = 0; gap <= 2; gap += 2)
                    check_many_rows(&instance, rows[r], transpose_b != 0, cols, gap);
    ib_instance_close(&instance);
}

/* A factor of 0 drops no NaN. */
static void test_factor_of_zero(void **state)
{
    struct ib_instance instance;
    float values[4];
    (void)state;
    EACH_PLUGIN(p)
    {
        must_open(plugins[p], NULL, NULL, &instance);
        struct ib_view a = new_matrix(&instance, 2, 2, NAN), c = new_matrix(&instance, 2, 2, 1);
        assert_int_equal(instance.impl->ops->gemm(instance.state, false, false, 0, &a, &a, 1, &c), IB_OK);
        assert_int_equal(instance.impl->mem->d2h(instance.state, values, c.p, sizeof values), IB_OK);
        for (int i = 0; i < 4; i++)
            assert_true(isnan(values[i]));
        drop_matrix(&instance, &a);
        drop_matrix(&instance, &c);
        ib_instance_close(&instance);
    }
}

/* 1 + 2^-12 has more bits than TF32 keeps. */
static void test_tf32_is_an_option(void **state)
{
    static const char *const settings[] = {"false", "true"};
    static const float expected[] = {3 * (1 + 0x1p-12f), 3};
    struct ib_instance instance;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        must_open("cuda_cublas", "tf32", settings[i], &instance);
        struct ib_view a = new_matrix(&instance, 4, 3, 1 + 0x1p-12f), b = new_matrix(&instance, 3, 2, 1),
                       c = new_matrix(&instance, 4, 2, 0);
        assert_int_equal(instance.impl->ops->gemm(instance.state, false, false, 1, &a, &b, 0, &c), IB_OK);
        assert_all(&instance, &c, expected[i]);
        drop_matrix(&instance, &a);
        drop_matrix(&instance, &b);
        drop_matrix(&instance, &c);
        ib_instance_close(&instance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_large_for_cublas),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_factor_of_zero),
        cmocka_unit_test(test_tf32_is_an_option),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
