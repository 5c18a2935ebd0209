/* Products that keep fewer bits of their factors than the option `products` says are found in single
 * operations. */
#include "fixtures/mistaken.h"
#include "opcheck/op_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int bits_made;

static float rounded(float x)
{
    int exponent;
    const float fraction = frexpf(x, &exponent);
    return isfinite(x) ? ldexpf(nearbyintf(ldexpf(fraction, bits_made + 1)), exponent - bits_made - 1) : x;
}

static struct ib_view rounded_copy(const struct ib_view *m)
{
    struct ib_view copy = *m;
    float *p = malloc((m->rows * m->ld + 1) * sizeof *p);
    assert_non_null(p);
    for (uint64_t i = 0; i < m->rows; i++)
        for (uint64_t j = 0; j < m->cols; j++)
            p[i * m->ld + j] = rounded(((const float *)m->p)[i * m->ld + j]);
    copy.p = p;
    return copy;
}

/* cpu_naive's, of rounded factors. */
static const struct ib_tensor_ops *naive;
static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    const struct ib_view left = rounded_copy(a), right = rounded_copy(b);
    const enum ib_status status = naive->gemm(state, transpose_a, transpose_b, alpha, &left, &right, beta, c);
    free(left.p);
    free(right.p);
    return status;
}

static enum ib_status layer(void *state, enum ib_act act, const struct ib_view *x, const struct ib_view *w,
                            const struct ib_view *row, const struct ib_view *out)
{
    IB_TRY(gemm(state, false, false, 1, x, w, 0, out));
    IB_TRY(naive->add_row(state, row, out));
    return act ? naive->act(state, act, out) : IB_OK;
}

struct tally {
    struct ib_visitor visitor;
    const struct ib_instance *instance;
    size_t kept, wrong;
};

static void run(struct ib_visitor *visitor, const struct ib_op_test *test)
{
    struct tally *tally = (struct tally *)visitor;
    struct ib_op_test_result result;
    if (!test->kept_bits)
        return;
    assert_int_equal(ib_op_test_run(tally->instance, test, NULL, NULL, &result), IB_OK);
    tally->kept++;
    tally->wrong += result.fault == IB_OP_TEST_CELLS;
}

/* cpu_naive with products of so many bits; its option says fp16. */
static const struct ib_instance *made_with(int bits)
{
    static const struct ib_option options[] = {{"products", IB_OPTION_TEXT, "fp16", "fp16", ""},
                                               {.name = NULL}};
    static struct ib_impl impl;
    static struct ib_tensor_ops ops;
    static struct ib_instance instance;
    instance = *opened("cpu_naive");
    impl = *instance.impl;
    naive = impl.ops;
    ops = *naive;
    ops.gemm = gemm;
    ops.layer = layer;
    impl.ops = &ops;
    impl.options = options;
    instance.impl = &impl;
    bits_made = bits;
    return &instance;
}

/* Of products said to be in one precision and made with so many bits; both operations. */
static struct tally try_products(enum ib_products said, int bits)
{
    struct tally tally = {.visitor = {.quick = true, .products = said, .visit = run},
                          .instance = made_with(bits)};
    ib_op_cases_visit(&ib_operation_gemm, IB_F32, &tally.visitor);
    ib_op_cases_visit(&ib_operation_layer, IB_F32, &tally.visitor);
    return tally;
}

static void a_single_bit_less_is_found(void **state)
{
    (void)state;
    for (enum ib_products said = IB_PRODUCTS_TF32; said < IB_PRODUCTS_COUNT; said++) {
        const int bits = ib_product_format(said)->bits;
        for (int made = 1; made <= 23; made++) {
            const struct tally tally = try_products(said, made);
            assert_int_equal(tally.kept, 5);
            assert_int_equal(tally.wrong, made < bits ? tally.kept : 0);
        }
    }
}

static void bf16_for_fp16_is_named(void **state)
{
    (void)state;
    struct ib_examination found;
    assert_int_equal(ib_operation_examine(made_with(7), &ib_operation_gemm, IB_F32, true, NULL, &found),
                     IB_OK);
    assert_true(found.wrong > 0);
    if (!strstr(found.pattern, "the option says that products are in fp16"))
        fail_msg("taken for `%s`", found.pattern);
}

/* Products of f32 have the type's precision, and there is nothing that they would keep of less. */
static void products_of_the_types_precision_have_no_such_test(void **state)
{
    (void)state;
    assert_int_equal(try_products(IB_PRODUCTS_F32, 23).kept, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_bit_less_is_found),
        cmocka_unit_test(bf16_for_fp16_is_named),
        cmocka_unit_test(products_of_the_types_precision_have_no_such_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
