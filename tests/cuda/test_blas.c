/* Products on the mock of cuBLAS, beyond the conformance suite. */
#include "opened.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

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

/* A sum over more rows than cuBLAS gets at once. */
struct sum {
    uint64_t rows, cols, gap;
    bool transpose_b;
    double alpha, beta;
};

/* All elements of A are 1, of B 2 and of C 10; those in the gaps behind the columns of C must stay so. */
static void check_sum(const struct ib_instance *instance, const struct sum *sum)
{
    const uint64_t b_rows = sum->transpose_b ? sum->cols : sum->rows,
                   b_cols = sum->transpose_b ? sum->rows : sum->cols;
    const float expected = (float)(2 * sum->alpha * (double)sum->rows + 10 * sum->beta);
    struct ib_view a = new_matrix(instance, sum->rows, 3, 1), b = new_matrix(instance, b_rows, b_cols, 2),
                   c = new_matrix(instance, 3, sum->cols + sum->gap, 10), part = c;
    float values[3 * 8];
    part.cols = sum->cols;
    assert_int_equal(instance->impl->ops->gemm(instance->state, true, sum->transpose_b, sum->alpha, &a, &b,
                                               sum->beta, &part),
                     IB_OK);
    assert_int_equal(instance->impl->mem->d2h(instance->state, values, c.p, 3 * c.ld * sizeof *values),
                     IB_OK);
    for (uint64_t i = 0; i < 3; i++)
        for (uint64_t j = 0; j < c.cols; j++)
            assert_float_equal(values[i * c.ld + j], j < sum->cols ? expected : 10, 0);
    drop_matrix(instance, &a);
    drop_matrix(instance, &b);
    drop_matrix(instance, &c);
}

static void test_many_rows(void **state)
{
    static const uint64_t rows[] = {8191, 8192, 8193, 16384, 20001};
    static const double scalars[][2] = {{1, 0}, {0.5, -1}};
    struct ib_instance instance;
    (void)state;
    must_open("cuda_cublas", NULL, NULL, &instance);
    for (unsigned i = 0; i < 5 * 3 * 2 * 2 * 2; i++) {
        const double *scalar = scalars[i % 2];
        const struct sum sum = {.alpha = scalar[0],
                                .beta = scalar[1],
                                .transpose_b = i / 2 % 2 != 0,
                                .gap = i / 4 % 2 * 2,
                                .cols = 1 + i / 8 % 3,
                                .rows = rows[i / 24]};
        check_sum(&instance, &sum);
    }
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

/* An environment variable for all of cuBLAS must not contradict the option. */
static void test_tf32_that_is_overruled(void **state)
{
    static const struct {
        const char *forced, *tf32;
        enum ib_status status;
    } cases[] = {{"0", "true", IB_EUNAVAILABLE},
                 {"1", "false", IB_EUNAVAILABLE},
                 {"0", "false", IB_OK},
                 {"1", "true", IB_OK},
                 {"", "true", IB_OK}};
    struct ib_instance instance;
    (void)state;
    set_faults(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("NVIDIA_TF32_OVERRIDE", cases[i].forced, 1);
        assert_int_equal(try_open("cuda_cublas", "tf32", cases[i].tf32, &instance), cases[i].status);
        if (cases[i].status == IB_OK)
            ib_instance_close(&instance);
        else
            assert_failure(cases[i].status, IB_EUNAVAILABLE, "overrides the option tf32, which is");
    }
    unsetenv("NVIDIA_TF32_OVERRIDE");
}

/* Nor replace the products. */
static void test_emulated_products(void **state)
{
    static const struct {
        const char *name, *value;
        enum ib_status status;
    } cases[] = {{"CUBLAS_EMULATE_SINGLE_PRECISION", "1", IB_EUNAVAILABLE},
                 {"CUBLAS_EMULATE_DOUBLE_PRECISION", "1", IB_EUNAVAILABLE},
                 {"CUBLAS_EMULATE_DOUBLE_PRECISION", "0", IB_OK},
                 {"CUBLAS_EMULATE_SINGLE_PRECISION", "", IB_OK}};
    struct ib_instance instance;
    (void)state;
    set_faults(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv(cases[i].name, cases[i].value, 1);
        assert_int_equal(try_open("cuda_cublas", NULL, NULL, &instance), cases[i].status);
        if (cases[i].status == IB_OK)
            ib_instance_close(&instance);
        else
            assert_failure(cases[i].status, IB_EUNAVAILABLE, "=1 replaces the products by emulated ones");
        unsetenv(cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOCK_TEST(test_too_large_for_cublas),   MOCK_TEST(test_many_rows),
        MOCK_TEST(test_factor_of_zero),         MOCK_TEST(test_tf32_is_an_option),
        MOCK_TEST(test_tf32_that_is_overruled), MOCK_TEST(test_emulated_products),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
