/* Products on the mock of cuBLAS, beyond the conformance suite. */
#include "opened.h"

#include "cuda/cublas/blas.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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

/* What a product makes of a factor. */
static const struct kept {
    const char *option, *value;
    float factor, product; /* of the factor and 1 */
} kept[] = {
    {"tf32", "false", 1 + 0x1p-12f, 1 + 0x1p-12f},
    {"tf32", "true", 1 + 0x1p-12f, 1},
    {"products", "f32", 1 + 0x1p-12f, 1 + 0x1p-12f},
    {"products", "tf32", 1 + 0x1p-12f, 1},
    {"products", "fp16", 1 + 0x1p-10f, 1 + 0x1p-10f},
    {"products", "fp16", 1 + 0x1p-11f, 1}, /* ties go to the even one */
    {"products", "fp16", 1 + 0x3p-11f, 1 + 0x1p-9f},
    {"products", "fp16", -1 - 0x1.8p-11f, -1 - 0x1p-10f},
    {"products", "fp16", 65504, 65504},
    {"products", "fp16", 65519, 65504},
    {"products", "fp16", 65520, INFINITY},
    {"products", "fp16", -1e30f, -INFINITY},
    {"products", "fp16", 0x1.ff8p-15f, 0x1.ff8p-15f}, /* below 2^-14, in steps of 2^-24 */
    {"products", "fp16", 0x1.ffcp-15f, 0x1p-14f},
    {"products", "fp16", 0x3p-25f, 0x1p-23f},
    {"products", "fp16", 0x1.8p-25f, 0x1p-24f},
    {"products", "fp16", 0x1p-25f, 0},
    {"products", "fp16", 0x1p-130f, 0},
    {"products", "bf16", 1 + 0x1p-7f, 1 + 0x1p-7f},
    {"products", "bf16", 1 + 0x1p-8f, 1},
    {"products", "bf16", 1 + 0x3p-8f, 1 + 0x1p-6f},
    {"products", "bf16", -1 - 0x1.8p-8f, -1 - 0x1p-7f},
    {"products", "bf16", 1e30f, 0x1.94p99f},
    {"products", "bf16", 3.4e38f, INFINITY},
    {"products", "bf16", 0x1.8p-140f, 0},
    {"products", "bf16", 0x1.8p-130f, 0x1.8p-130f},
};

static void test_what_products_keep(void **state)
{
    struct ib_instance instance;
    (void)state;
    for (const struct kept *k = kept; k < kept + sizeof kept / sizeof *kept; k++) {
        must_open("cuda_cublas", k->option, k->value, &instance);
        struct ib_view a = new_matrix(&instance, 4, 1, k->factor), b = new_matrix(&instance, 1, 2, 1),
                       c = new_matrix(&instance, 4, 2, 0);
        assert_int_equal(instance.impl->ops->gemm(instance.state, false, false, 1, &a, &b, 0, &c), IB_OK);
        assert_all(&instance, &c, k->product);
        drop_matrix(&instance, &a);
        drop_matrix(&instance, &b);
        drop_matrix(&instance, &c);
        ib_instance_close(&instance);
    }
}

/* NaN stays NaN, also if all of its bits that 16 bits have room for are 0. */
static void test_halves_of_nan(void **state)
{
    static const char *const formats[] = {"bf16", "fp16"};
    const uint32_t bits = 0x7f800001;
    float nan, value;
    struct ib_instance instance;
    (void)state;
    memcpy(&nan, &bits, sizeof nan);
    for (size_t i = 0; i < 2; i++) {
        must_open("cuda_cublas", "products", formats[i], &instance);
        struct ib_view a = new_matrix(&instance, 1, 1, 0), b = new_matrix(&instance, 1, 1, 1),
                       c = new_matrix(&instance, 1, 1, 0);
        assert_int_equal(instance.impl->mem->h2d(instance.state, a.p, &nan, sizeof nan), IB_OK);
        assert_int_equal(instance.impl->ops->gemm(instance.state, false, false, 1, &a, &b, 0, &c), IB_OK);
        assert_int_equal(instance.impl->mem->d2h(instance.state, &value, c.p, sizeof value), IB_OK);
        assert_true(isnan(value));
        drop_matrix(&instance, &a);
        drop_matrix(&instance, &b);
        drop_matrix(&instance, &c);
        ib_instance_close(&instance);
    }
}

/* An environment variable for all of cuBLAS must not contradict the option; it does not reach factors in 16
 * bits. */
static void test_products_that_are_overruled(void **state)
{
    static const struct {
        const char *forced, *products;
        enum ib_status status;
    } cases[] = {{"0", "tf32", IB_EUNAVAILABLE},
                 {"1", "f32", IB_EUNAVAILABLE},
                 {"0", "f32", IB_OK},
                 {"1", "tf32", IB_OK},
                 {"", "tf32", IB_OK},
                 {"0", "bf16", IB_OK},
                 {"1", "fp16", IB_OK}};
    struct ib_instance instance;
    (void)state;
    set_faults(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("NVIDIA_TF32_OVERRIDE", cases[i].forced, 1);
        assert_int_equal(try_open("cuda_cublas", "products", cases[i].products, &instance), cases[i].status);
        if (cases[i].status == IB_OK)
            ib_instance_close(&instance);
        else
            assert_failure(cases[i].status, IB_EUNAVAILABLE, "overrides the products, which are in");
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

/* ---- pieces ---- */

struct shape {
    bool transpose_a, transpose_b;
    uint64_t m, n, k;
};

/* Values that repeat in no row or column. */
static struct ib_view new_various(const struct ib_instance *instance, uint64_t rows, uint64_t cols)
{
    struct ib_view m = new_matrix(instance, rows, cols, 0);
    float *values = malloc(rows * cols * sizeof *values);
    assert_non_null(values);
    for (uint64_t i = 0; i < rows * cols; i++)
        values[i] = (float)((int)(i * 2654435761u >> 20 & 255) - 128) / 64;
    assert_int_equal(instance->impl->mem->h2d(instance->state, m.p, values, rows * cols * sizeof *values),
                     IB_OK);
    free(values);
    return m;
}

/* Multiplies in pieces of about so many elements; 0: as large as usual. out: m x n. */
static void multiply(const struct shape *shape, uint64_t piece_elements, float *out)
{
    const uint64_t m = shape->m, n = shape->n, k = shape->k;
    struct ib_instance instance;
    must_open("cuda_cublas", "products", "bf16", &instance);
    if (piece_elements)
        ((struct ib_cuda_blas *)instance.state)->piece_elements = piece_elements;
    struct ib_view a = new_various(&instance, shape->transpose_a ? k : m, shape->transpose_a ? m : k),
                   b = new_various(&instance, shape->transpose_b ? n : k, shape->transpose_b ? k : n),
                   c = new_matrix(&instance, m, n, 1);
    assert_int_equal(
        instance.impl->ops->gemm(instance.state, shape->transpose_a, shape->transpose_b, 0.5, &a, &b, 1, &c),
        IB_OK);
    assert_int_equal(instance.impl->mem->d2h(instance.state, out, c.p, m * n * sizeof *out), IB_OK);
    drop_matrix(&instance, &a);
    drop_matrix(&instance, &b);
    drop_matrix(&instance, &c);
    ib_instance_close(&instance);
}

/* However a product is cut into pieces, the result has the same bits. */
static void test_pieces_of_halves(void **state)
{
    static const struct shape shapes[] = {{false, false, 71, 3, 20}, {false, true, 71, 9, 20},
                                          {false, false, 71, 1, 9},  {true, false, 5, 3, 300},
                                          {true, true, 5, 3, 300},   {true, false, 5, 3, 30001},
                                          {true, true, 5, 2, 30001}, {true, false, 5, 1, 24576}};
    static const uint64_t pieces[] = {1, 150, 300000};
    float whole[71 * 9], cut[71 * 9];
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const size_t bytes = shapes[i].m * shapes[i].n * sizeof *whole;
        multiply(&shapes[i], 0, whole);
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            multiply(&shapes[i], pieces[p], cut);
            assert_memory_equal(whole, cut, bytes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOCK_TEST(test_too_large_for_cublas), MOCK_TEST(test_many_rows),
        MOCK_TEST(test_factor_of_zero),       MOCK_TEST(test_what_products_keep),
        MOCK_TEST(test_halves_of_nan),        MOCK_TEST(test_products_that_are_overruled),
        MOCK_TEST(test_pieces_of_halves),     MOCK_TEST(test_emulated_products),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
