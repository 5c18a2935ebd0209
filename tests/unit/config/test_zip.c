/* Axes that advance together. */
#include "fixtures/built_matrix.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void zipped_axes_advance_together(void **state)
{
    (void)state;
    struct built_matrix b =
        built_matrix("version: 1\nmatrix: {model: mlp, dataset: [xor, diabetes], impl: cpu_naive,\n"
                     "  lr: [0.1, 0.1, 0.2], epochs: [5, 6, 6], dtype: [f32, f64]}\nzip: [lr, epochs]\n");
    const struct {
        double lr;
        uint64_t epochs;
    } pairs[] = {{0.1, 5}, {0.1, 6}, {0.2, 6}};
    assert_int_equal(b.matrix.n, 2 * 3 * 2);
    assert_int_equal(b.matrix.n_dropped, 0);
    for (size_t i = 0; i < b.matrix.n; i++) {
        assert_true(b.matrix.cases[i].spec.lr == pairs[i / 2 % 3].lr);
        assert_int_equal(b.matrix.cases[i].epochs, pairs[i / 2 % 3].epochs);
        assert_int_equal(b.matrix.cases[i].spec.dtype, i % 2 ? IB_F64 : IB_F32);
    }
    built_matrix_free(&b);
}

/* Two ties, one of three axes, together with a free axis. */
static void axes_may_be_zipped_in_groups(void **state)
{
    (void)state;
    struct built_matrix b =
        built_matrix("version: 1\nmatrix: {model: mlp, dataset: xor, impl: [cpu_naive, fakedev],\n"
                     "  dtype: [f32, f64], residency: [resident, per_op], hidden: [2, 3], lr: [1, 2],\n"
                     "  seed: [8, 9], epochs: [4, 5, 6]}\n"
                     "zip: [[seed, hidden, lr], [impl, dtype]]\n");
    /* 2 of the one, 3 epochs, cpu_naive in f32, fakedev in f64 and both residencies */
    assert_int_equal(b.matrix.n, 2 * 3 * 3);
    for (size_t i = 0; i < b.matrix.n; i++) {
        const struct ib_case *c = &b.matrix.cases[i];
        assert_int_equal(c->spec.net.width[1], i < 9 ? 2 : 3);
        assert_true(c->spec.lr == (i < 9 ? 1 : 2));
        assert_int_equal(c->seed, i < 9 ? 8 : 9);
        assert_int_equal(c->spec.dtype, c->impl->info->device ? IB_F64 : IB_F32);
    }
    built_matrix_free(&b);
}

/* Where the first of the tied axes means nothing to a case, the next one that does goes through all its
 * values; where none does, there is one case. */
static void zipped_axes_collapse(void **state)
{
    (void)state;
    struct built_matrix b =
        built_matrix("version: 1\nmatrix: {model: [linreg, mlp], dataset: diabetes, impl: cpu_naive,\n"
                     "  hidden: [[], 3], lr: [1, 2], seed: [5, 6], init: [he, xavier]}\n"
                     "zip: [[hidden, lr], [seed, init]]\n");
    assert_int_equal(b.matrix.n, 2 + 2 * 2);
    assert_int_equal(b.matrix.n_dropped, 0);
    assert_true(b.matrix.cases[0].spec.lr == 1);
    assert_true(b.matrix.cases[1].spec.lr == 2);
    for (size_t i = 2; i < b.matrix.n; i++) {
        const struct ib_case *c = &b.matrix.cases[i];
        assert_true(c->spec.lr == (c->spec.net.n_layers > 1 ? 2 : 1));
        assert_int_equal(c->init, c->seed == 5 ? IB_HE : IB_XAVIER);
    }
    built_matrix_free(&b);
}

/* Implementations are tied one to one; several settings are several values. */
static void implementations_may_be_zipped(void **state)
{
    (void)state;
    struct built_matrix b;
    expect_failure(built_matrix_try("version: 1\nmatrix:\n  model: mlp\n  dataset: xor\n  dtype: [f32, f64]\n"
                                    "  impl: [cpu_naive, 'cpu_*']\nzip: [impl, dtype]\n",
                                    &b),
                   IB_EINVAL, "c.yaml:6", WORDS("`impl`", "`cpu_*` matches", "exactly one"));
    b = built_matrix("version: 1\nmatrix: {model: mlp, dataset: [xor, diabetes], lr: [1, 2],\n"
                     "  impl: [cpu_naive, cpu_naive]}\nzip: [impl, lr, dataset]\n");
    assert_int_equal(b.matrix.n, 2);
    assert_string_equal(b.matrix.cases[0].dataset->name, "xor");
    assert_true(b.matrix.cases[0].spec.lr == 1);
    assert_string_equal(b.matrix.cases[1].dataset->name, "diabetes");
    assert_true(b.matrix.cases[1].spec.lr == 2);
    built_matrix_free(&b);
}

/* A tied axis multiplies nothing, so the limit counts it once. */
static void zip_is_no_product(void **state)
{
    (void)state;
    char text[32768];
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "version: 1\nmatrix:\n  model: mlp\n  dataset: xor\n  impl: cpu_naive\n");
    const char *const axes[] = {"seed", "epochs"};
    for (int k = 0; k < 2; k++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "  %s: [", axes[k]);
        for (int i = 1; i <= 2000; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i > 1 ? ", " : "", i);
        used += (size_t)snprintf(text + used, sizeof text - used, "]\n");
    }
    snprintf(text + used, sizeof text - used, "zip: [seed, epochs]\n");
    struct built_matrix b = built_matrix(text);
    assert_int_equal(b.matrix.n, 2000);
    built_matrix_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zipped_axes_advance_together),
        cmocka_unit_test(axes_may_be_zipped_in_groups),
        cmocka_unit_test(zipped_axes_collapse),
        cmocka_unit_test(implementations_may_be_zipped),
        cmocka_unit_test(zip_is_no_product),
    };
    return cmocka_run_group_tests(tests, built_matrix_enter, built_matrix_leave);
}
