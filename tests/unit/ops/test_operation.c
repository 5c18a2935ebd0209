/* The descriptors of operations: their table, their references against formulas written otherwise, their
 * cases. */
#include "ops/op_case.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static void expect(long double got, long double wanted)
{
    if (!(fabsl(got - wanted) <= 1e-15L * fmaxl(1, fabsl(wanted))))
        fail_msg("%.20Lg is not %.20Lg", got, wanted);
}

/* ---- the table ---- */

static void numbers_names_and_fields_agree(void **state)
{
    (void)state;
    for (int op = 0; op < IB_OPERATION_COUNT; op++) {
        assert_string_equal(ib_word_of(ib_op_words, op), ib_operations[op]->name);
        assert_ptr_equal(ib_operation_find(ib_operations[op]->name), ib_operations[op]);
        for (int other = 0; other < op; other++)
            assert_int_not_equal(ib_operations[op]->member, ib_operations[other]->member);
    }
    assert_ptr_equal(ib_operations[IB_OP_GEMM], &ib_operation_gemm);
    assert_ptr_equal(ib_operations[IB_OP_AXPY], &ib_operation_axpy);
    assert_int_equal(ib_operation_axpy.member, offsetof(struct ib_tensor_ops, axpy));
}

static void what_is_no_operation_is_not_found(void **state)
{
    (void)state;
    assert_null(ib_operation_find("dropout"));
    assert_null(ib_operation_find("read")); /* a place of the transfer log alone */
    assert_null(ib_operation_find(""));
}

static void every_place_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int op = 0; op < IB_OP_COUNT; op++) {
        int value;
        assert_true(ib_word_value(ib_op_words, ib_word_of(ib_op_words, op), &value));
        assert_int_equal(value, op);
    }
}

static enum ib_status some_axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    (void)state, (void)alpha, (void)x, (void)y;
    return IB_OK;
}

static void an_older_table_offers_less(void **state)
{
    (void)state;
    struct ib_tensor_ops ops = {.struct_size = sizeof ops, .axpy = some_axpy};
    assert_true(ib_operation_offered(&ib_operation_axpy, &ops));
    assert_false(ib_operation_offered(&ib_operation_gemm, &ops)); /* NULL */
    ops.struct_size = offsetof(struct ib_tensor_ops, axpy);
    assert_false(ib_operation_offered(&ib_operation_axpy, &ops));
    assert_false(ib_operation_offered(&ib_operation_axpy, NULL));
}

static void beta_decides_whether_c_is_read(void **state)
{
    (void)state;
    const struct ib_op_args overwrite = {.alpha = 1}, add = {.alpha = 1, .beta = -2};
    assert_int_equal(ib_operation_access(&ib_operation_gemm, &overwrite, 2), IB_WRITES);
    assert_int_equal(ib_operation_access(&ib_operation_gemm, &add, 2), IB_READS | IB_WRITES);
    assert_int_equal(ib_operation_access(&ib_operation_gemm, &add, 0), IB_READS);
    assert_int_equal(ib_operation_access(&ib_operation_loss_grad, &overwrite, 3), IB_WRITES);
}

static void shapes_must_fit(void **state)
{
    (void)state;
    const struct ib_op_args plain = {.alpha = 1}, turned = {.transpose_a = true, .alpha = 1};
    struct ib_view v[IB_MAX_OPERANDS] = {
        {.rows = 2, .cols = 3}, {.rows = 3, .cols = 5}, {.rows = 2, .cols = 5}};
    assert_true(ib_operation_gemm.fits(&plain, v));
    assert_false(ib_operation_gemm.fits(&turned, v));
    v[0] = (struct ib_view){.rows = 3, .cols = 2};
    assert_true(ib_operation_gemm.fits(&turned, v));
    v[2].cols = 4;
    assert_false(ib_operation_gemm.fits(&turned, v));
    struct ib_view row[] = {{.rows = 1, .cols = 5}, {.rows = 7, .cols = 5}};
    assert_true(ib_operation_add_row.fits(&plain, row));
    assert_false(ib_operation_col_sum.fits(&plain, row)); /* the other way round */
    assert_false(ib_operation_axpy.fits(&plain, row));
    assert_false(ib_operation_act_grad.fits(&plain, row));
}

/* ---- references ---- */

static void gemm_of_small_numbers(void **state)
{
    (void)state;
    const struct ib_op_args args = {.alpha = 2, .beta = -1};
    long double a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 0, 1, 1, 1}, c[] = {10, 20, 30, 40};
    struct ib_expected m[] = {{2, 3, a}, {3, 2, b}, {2, 2, c}};
    ib_operation_gemm.reference(&args, m);
    const long double wanted[] = {2 * 4 - 10, 2 * 5 - 20, 2 * 10 - 30, 2 * 11 - 40};
    for (int e = 0; e < 4; e++)
        expect(c[e], wanted[e]);
}

/* A B, from A and B and from their transposes. */
static void gemm_takes_transposes(void **state)
{
    (void)state;
    const long double wanted[] = {58, 64, 139, 154};
    for (int which = 0; which < 4; which++) {
        const struct ib_op_args args = {.transpose_a = which & 1, .transpose_b = which & 2, .alpha = 1};
        long double a[] = {1, 2, 3, 4, 5, 6}, a_t[] = {1, 4, 2, 5, 3, 6};
        long double b[] = {7, 8, 9, 10, 11, 12}, b_t[] = {7, 9, 11, 8, 10, 12}, c[4] = {NAN, NAN, NAN, NAN};
        struct ib_expected m[] = {
            args.transpose_a ? (struct ib_expected){3, 2, a_t} : (struct ib_expected){2, 3, a},
            args.transpose_b ? (struct ib_expected){2, 3, b_t} : (struct ib_expected){3, 2, b},
            {2, 2, c}};
        ib_operation_gemm.reference(&args, m);
        for (int e = 0; e < 4; e++)
            expect(c[e], wanted[e]); /* beta is 0: the NaN is not read */
    }
}

static void gemm_of_no_terms_is_zero(void **state)
{
    (void)state;
    const struct ib_op_args args = {.alpha = 1};
    long double c[2] = {5, 6}, nothing[1];
    struct ib_expected m[] = {{2, 0, nothing}, {0, 1, nothing}, {2, 1, c}};
    ib_operation_gemm.reference(&args, m);
    assert_true(c[0] == 0 && c[1] == 0);
}

static void rows_are_added_and_summed(void **state)
{
    (void)state;
    const struct ib_op_args args = {.alpha = 1};
    long double row[] = {1, -1}, matrix[] = {1, 2, 3, 4, 5, 6}, sums[2] = {NAN, NAN}, empty[1];
    struct ib_expected added[] = {{1, 2, row}, {3, 2, matrix}}, summed[] = {{3, 2, matrix}, {1, 2, sums}};
    ib_operation_add_row.reference(&args, added);
    const long double wanted[] = {2, 1, 4, 3, 6, 5};
    for (int e = 0; e < 6; e++)
        expect(matrix[e], wanted[e]);
    ib_operation_col_sum.reference(&args, summed);
    expect(sums[0], 2 + 4 + 6);
    expect(sums[1], 1 + 3 + 5);
    summed[0] = (struct ib_expected){0, 2, empty};
    ib_operation_col_sum.reference(&args, summed);
    assert_true(sums[0] == 0 && sums[1] == 0);
}

static void axpy_scales_and_adds(void **state)
{
    (void)state;
    const struct ib_op_args args = {.alpha = -0.5};
    long double x[] = {2, 4}, y[] = {1, 1};
    struct ib_expected m[] = {{1, 2, x}, {1, 2, y}};
    ib_operation_axpy.reference(&args, m);
    expect(y[0], 0);
    expect(y[1], -1);
}

static long double activated(int kind, long double x)
{
    const struct ib_op_args args = {.kind = kind, .alpha = 1};
    struct ib_expected m = {1, 1, &x};
    ib_operation_act.reference(&args, &m);
    return x;
}

static void activations_have_their_values(void **state)
{
    (void)state;
    expect(activated(IB_RELU, -3), 0);
    expect(activated(IB_RELU, 3), 3);
    assert_true(isnan(activated(IB_RELU, NAN)));
    for (long double x = -4; x <= 4; x += 0.5L) {
        expect(activated(IB_TANH, x), (expl(2 * x) - 1) / (expl(2 * x) + 1));
        expect(activated(IB_SIGMOID, x), (1 + tanhl(x / 2)) / 2);
    }
    expect(activated(IB_SIGMOID, INFINITY), 1);
    expect(activated(IB_SIGMOID, -INFINITY), 0);
    expect(activated(IB_SIGMOID, -11000), 0); /* e^x alone would overflow the other way round */
}

/* act' by the output against the difference quotient of act by its input. */
static void act_grad_is_the_slope_of_act(void **state)
{
    (void)state;
    const long double step = 1e-6L;
    for (int kind = IB_RELU; kind <= IB_SIGMOID; kind++)
        for (long double x = -2.25L; x <= 2.5L; x += 0.5L) {
            const struct ib_op_args args = {.kind = kind, .alpha = 1};
            long double y = activated(kind, x), dy = 3;
            struct ib_expected m[] = {{1, 1, &y}, {1, 1, &dy}};
            const long double slope = (activated(kind, x + step) - activated(kind, x - step)) / (2 * step);
            ib_operation_act_grad.reference(&args, m);
            assert_true(fabsl(dy - 3 * slope) < 1e-10L);
        }
}

enum { ROWS = 3, COLS = 2, CELLS = ROWS * COLS };
static const long double outputs[CELLS] = {0.5L, -1, 2, 0.25L, -0.75L, 1.5L},
                         targets[CELLS] = {1, 0, 1, 1, 0, 0}, classes[CELLS] = {1, 0, 1, 0, 0, 1};

/* The loss of the outputs with the first moved; the gradient goes to dz. */
static long double loss_at(int kind, long double moved, size_t at, long double dz[CELLS])
{
    const struct ib_op_args args = {.kind = kind, .alpha = 1};
    long double z[CELLS], y[CELLS], loss = NAN;
    memcpy(z, outputs, sizeof z);
    memcpy(y, kind == IB_CE ? classes : targets, sizeof y);
    z[at] += moved;
    struct ib_expected m[] = {{ROWS, COLS, z}, {ROWS, COLS, y}, {ROWS, COLS, dz}, {1, 1, &loss}};
    ib_operation_loss_grad.reference(&args, m);
    return loss;
}

static void losses_have_their_values(void **state)
{
    (void)state;
    long double square = 0, bce = 0, dz[CELLS];
    for (int e = 0; e < CELLS; e++) {
        const long double z = outputs[e], y = targets[e], p = 1 / (1 + expl(-z));
        square += (z - y) * (z - y) / CELLS;
        bce -= (y * logl(p) + (1 - y) * logl(1 - p)) / CELLS;
    }
    long double ce = 0; /* of two classes, softmax is the sigmoid of their distance */
    for (int i = 0; i < ROWS; i++) {
        const long double further =
            outputs[2 * i + (classes[2 * i] == 0)] - outputs[2 * i + (classes[2 * i] != 0)];
        ce += log1pl(expl(-further)) / ROWS;
    }
    expect(loss_at(IB_MSE, 0, 0, dz), square);
    assert_true(fabsl(loss_at(IB_CE, 0, 0, dz) - ce) < 1e-15L);
    expect(loss_at(IB_HALF_MSE, 0, 0, dz), square / 2);
    assert_true(fabsl(loss_at(IB_BCE, 0, 0, dz) - bce) < 1e-15L);
}

static void loss_grad_is_the_slope_of_the_loss(void **state)
{
    (void)state;
    const long double step = 1e-6L;
    for (int kind = IB_HALF_MSE; kind <= IB_CE; kind++)
        for (size_t e = 0; e < CELLS; e++) {
            long double dz[CELLS], unused[CELLS];
            const long double above = loss_at(kind, step, e, unused), below = loss_at(kind, -step, e, unused);
            loss_at(kind, 0, 0, dz);
            assert_true(fabsl(dz[e] - (above - below) / (2 * step)) < 1e-10L);
        }
}

static void loss_grad_in_place_and_without_the_loss(void **state)
{
    (void)state;
    const struct ib_op_args args = {.kind = IB_BCE, .alpha = 1};
    long double z[CELLS], y[CELLS], dz[CELLS], loss;
    memcpy(z, outputs, sizeof z);
    memcpy(y, targets, sizeof y);
    loss_at(IB_BCE, 0, 0, dz);
    struct ib_expected m[] = {{ROWS, COLS, z}, {ROWS, COLS, y}, {ROWS, COLS, z}, {0, 0, NULL}};
    ib_operation_loss_grad.reference(&args, m);
    for (int e = 0; e < CELLS; e++)
        expect(z[e], dz[e]);
    struct ib_expected none[] = {{0, COLS, z}, {0, COLS, y}, {0, COLS, z}, {1, 1, &loss}};
    ib_operation_loss_grad.reference(&args, none);
    assert_true(loss == 0);
}

static void softmax_sums_to_one_along_rows(void **state)
{
    (void)state;
    const struct ib_op_args args = {.alpha = 1};
    long double z[] = {0, logl(3), 5, 5, 20000, 20000 - 11000, -INFINITY, 7, NAN, 1};
    struct ib_expected m = {5, 2, z};
    ib_operation_softmax.reference(&args, &m);
    expect(z[0], 0.25L);
    expect(z[1], 0.75L);
    expect(z[2], 0.5L);
    expect(z[4], 1); /* e^20000 alone would overflow */
    assert_true(z[5] < 1e-4000L);
    expect(z[6], 0);
    expect(z[7], 1);
    assert_true(isnan(z[8]) && isnan(z[9]));
}

/* ---- cases ---- */

struct survey {
    struct ib_visitor visitor;
    size_t tests, gaps, empty, nan, coarse;
    size_t kinds[IB_CE + 1], first[IB_CE + 1]; /* by kind: how many, and the number of the first */
    uint64_t most_rows;
};

static void look(struct ib_visitor *visitor, const struct ib_op_test *t)
{
    struct survey *s = (struct survey *)visitor;
    struct ib_view views[IB_MAX_OPERANDS] = {0};
    bool gaps = false, empty = false, nan = false;
    for (uint32_t i = 0; i < t->n_operands; i++) {
        const struct ib_op_shape *shape = &t->operand[i].shape;
        views[i] = (struct ib_view){.rows = shape->rows, .cols = shape->cols, .type = ib_op_test_type(t, i)};
        gaps = gaps || shape->pad > 0;
        empty = empty || shape->rows == 0;
        nan = nan || t->operand[i].fill == IB_FILL_NAN;
        s->most_rows = shape->rows > s->most_rows ? shape->rows : s->most_rows;
        const unsigned access = ib_operation_access(t->operation, &t->args, i);
        if (access == IB_WRITES && !t->operand[i].is_first)
            assert_int_equal(t->operand[i].fill, IB_FILL_UNSET); /* so that reading it shows */
        if (access & IB_READS)
            assert_int_not_equal(t->operand[i].fill, IB_FILL_UNSET);
    }
    assert_true(t->operation->fits(&t->args, views));
    if (s->kinds[t->args.kind]++ == 0)
        s->first[t->args.kind] = s->tests;
    s->tests++;
    s->gaps += gaps;
    s->empty += empty;
    s->nan += nan;
    s->coarse += t->tolerance >= 0.004; /* fp16, the most precise of the reduced ones */
}

static struct survey survey(const struct ib_operation *operation, enum ib_dtype type, bool quick,
                            enum ib_products products)
{
    struct survey s = {
        .visitor = {.quick = quick, .products = products, .losses = UINT64_MAX, .visit = look}};
    ib_op_cases_visit(operation, type, &s.visitor);
    return s;
}

static void cases_of_every_operation_are_awkward(void **state)
{
    (void)state;
    for (int op = 0; op < IB_OPERATION_COUNT; op++) {
        const struct survey s = survey(ib_operations[op], IB_F32, false, IB_PRODUCTS_F32);
        assert_true(s.tests > 0 && s.gaps > 0 && s.empty > 0 && s.nan > 0);
        assert_int_equal(s.coarse, 0);
    }
}

static void quick_cases_are_smaller(void **state)
{
    (void)state;
    for (int op = 0; op < IB_OPERATION_COUNT; op++) {
        const struct survey all = survey(ib_operations[op], IB_F64, false, IB_PRODUCTS_F32);
        const struct survey quick = survey(ib_operations[op], IB_F64, true, IB_PRODUCTS_F32);
        assert_true(quick.tests <= all.tests);
        assert_true(quick.most_rows <= IB_QUICK_MANY_ROWS);
    }
    assert_true(survey(&ib_operation_gemm, IB_F64, false, IB_PRODUCTS_F32).most_rows == IB_MANY_ROWS);
}

/* So that the numbers of the others stay the same. */
static void losses_of_later_versions_are_last_and_only_for_who_knows_them(void **state)
{
    (void)state;
    struct survey former = {.visitor = {.visit = look}};
    ib_op_cases_visit(&ib_operation_loss_grad, IB_F32, &former.visitor);
    assert_int_equal(former.kinds[IB_CE], 0);
    const struct survey all = survey(&ib_operation_loss_grad, IB_F32, false, IB_PRODUCTS_F32);
    assert_int_equal(all.tests, former.tests + all.kinds[IB_CE]);
    assert_int_equal(all.first[IB_CE], former.tests);
}

static void reduced_precision_loosens_products_of_f32_only(void **state)
{
    (void)state;
    for (enum ib_products p = IB_PRODUCTS_TF32; p < IB_PRODUCTS_COUNT; p++) {
        assert_true(survey(&ib_operation_gemm, IB_F32, true, p).coarse > 0);
        assert_int_equal(survey(&ib_operation_gemm, IB_F64, true, p).coarse, 0);
        assert_int_equal(survey(&ib_operation_col_sum, IB_F32, true, p).coarse, 0);
    }
}

static void what_shares_memory_is_written(void **state)
{
    (void)state;
    struct ib_op_test t = ib_op_test_start(&ib_operation_loss_grad, IB_F64);
    t.n_operands = 3;
    assert_false(ib_op_test_writes(&t, 0));
    assert_true(ib_op_test_writes(&t, 2));
    t.operand[2].is_first = true;
    assert_true(ib_op_test_writes(&t, 0));
    assert_false(ib_op_test_writes(&t, 1));
    assert_string_equal(ib_op_test_operand(&t, 2), "dZ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_names_and_fields_agree),
        cmocka_unit_test(what_is_no_operation_is_not_found),
        cmocka_unit_test(every_place_has_a_name_of_its_own),
        cmocka_unit_test(an_older_table_offers_less),
        cmocka_unit_test(beta_decides_whether_c_is_read),
        cmocka_unit_test(shapes_must_fit),
        cmocka_unit_test(gemm_of_small_numbers),
        cmocka_unit_test(gemm_takes_transposes),
        cmocka_unit_test(gemm_of_no_terms_is_zero),
        cmocka_unit_test(rows_are_added_and_summed),
        cmocka_unit_test(axpy_scales_and_adds),
        cmocka_unit_test(activations_have_their_values),
        cmocka_unit_test(act_grad_is_the_slope_of_act),
        cmocka_unit_test(losses_have_their_values),
        cmocka_unit_test(loss_grad_is_the_slope_of_the_loss),
        cmocka_unit_test(loss_grad_in_place_and_without_the_loss),
        cmocka_unit_test(softmax_sums_to_one_along_rows),
        cmocka_unit_test(cases_of_every_operation_are_awkward),
        cmocka_unit_test(quick_cases_are_smaller),
        cmocka_unit_test(losses_of_later_versions_are_last_and_only_for_who_knows_them),
        cmocka_unit_test(reduced_precision_loosens_products_of_f32_only),
        cmocka_unit_test(what_shares_memory_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
