/* Wrong answers are named by what is wrong with them: every mutant of every operation, and every other
 * pattern. */
#include "fixtures/mistaken.h"
#include "opcheck/failure_conditions.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static void expect_pattern(const struct ib_operation *operation, const struct mistake *mistake,
                           const char *words)
{
    const struct ib_examination found = examine_mistake(operation, mistake);
    if (found.wrong == 0)
        fail_msg("%s: `%s` was not noticed", operation->name, words);
    if (!strstr(found.pattern, words))
        fail_msg("%s: `%s` was taken for `%s`, %s", operation->name, words, found.pattern, found.shape);
}

/* ---- mutants ---- */

static void every_mutant_is_named(void **state)
{
    (void)state;
    size_t n = 0;
    for (int op = 0; op < IB_OPERATION_COUNT; op++)
        for (const struct ib_op_mutant *m = ib_operations[op]->mutants; m && m->text; m++, n++)
            expect_pattern(ib_operations[op], &(struct mistake){.mutant = m}, m->text);
    assert_true(n > 15);
}

static void a_transposed_result_is_named(void **state)
{
    static const struct ib_op_mutant transposed = {NULL, "", true};
    (void)state;
    expect_pattern(&ib_operation_gemm, &(struct mistake){.mutant = &transposed}, "the result is transposed");
    expect_pattern(&ib_operation_axpy, &(struct mistake){.mutant = &transposed}, "the result is transposed");
}

static bool next_kind(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    args->kind = args->kind % 3 + 1;
    return true;
}

static void another_kind_is_named(void **state)
{
    static const struct ib_op_mutant other = {next_kind, "", false};
    (void)state;
    expect_pattern(&ib_operation_act, &(struct mistake){.mutant = &other}, "computes ");
    expect_pattern(&ib_operation_act_grad, &(struct mistake){.mutant = &other}, "computes the gradient of ");
    expect_pattern(&ib_operation_loss_grad, &(struct mistake){.mutant = &other}, "computes the gradient of ");
}

/* ---- what shows in the values ---- */

static void for_each_cell(struct ib_expected *m, long double (*change)(long double))
{
    for (uint64_t e = 0; e < ib_op_size(m); e++)
        m->at[e] = change(m->at[e]);
}

static long double zero(long double v)
{
    return 0 * (isfinite(v) ? v : 0);
}

static long double minus(long double v)
{
    return -v;
}

static long double triple(long double v)
{
    return 3 * v;
}

static long double not_a_number(long double v)
{
    (void)v;
    return NAN;
}

static long double as_float(long double v)
{
    return (float)v;
}

static long double or_1(long double v)
{
    return isfinite(v) ? v : 1;
}

#define UNUSED __attribute__((unused))
#define SPOILER(name)                                                                                        \
    static void name(UNUSED const struct ib_op_args *args, UNUSED const struct ib_view *v,                   \
                     UNUSED struct ib_expected *m)

SPOILER(zeroed)
{
    for_each_cell(&m[1], zero);
}

SPOILER(negated)
{
    for_each_cell(&m[1], minus);
}

SPOILER(tripled)
{
    for_each_cell(&m[1], triple);
}

SPOILER(all_nan)
{
    for_each_cell(&m[1], not_a_number);
}

SPOILER(in_f32)
{
    for_each_cell(&m[1], as_float);
}

SPOILER(dropped)
{
    for_each_cell(&m[1], or_1);
}

SPOILER(left)
{
    m[1].at = NULL;
}

SPOILER(c_left)
{
    m[2].at = NULL;
}

SPOILER(input_written)
{
    if (v[0].rows > 0)
        ((double *)v[0].p)[0] = 4711;
}

SPOILER(beyond_written)
{
    ((double *)v[1].p)[v[1].rows * v[1].ld + 3] = 4711;
}

SPOILER(last_row_zero)
{
    if (m[1].rows > 1)
        ib_op_clear_row(&m[1], m[1].rows - 1);
}

/* Row i holds what belongs into row i - 1. */
SPOILER(shifted)
{
    for (uint64_t i = m[1].rows; i-- > 1;)
        for (uint64_t j = 0; j < m[1].cols; j++)
            *ib_op_at(&m[1], i, j) = *ib_op_at(&m[1], i - 1, j);
}

/* The last row of Y stays as it was. */
SPOILER(last_row_left)
{
    const uint64_t last = m[1].rows - 1;
    for (uint64_t j = 0; m[1].rows > 1 && j < m[1].cols; j++)
        *ib_op_at(&m[1], last, j) = ((const double *)v[1].p)[last * v[1].ld + j];
}

SPOILER(summed)
{
    for (uint64_t e = 0; e < ib_op_size(&m[2]); e++)
        m[2].at[e] *= (long double)ib_op_size(&m[0]);
}

static void values_are_recognised(void **state)
{
    (void)state;
    const struct {
        const struct ib_operation *operation;
        struct mistake mistake;
        const char *words;
    } rows[] = {
        {&ib_operation_axpy, {NULL, zeroed}, "Y is all zero"},
        {&ib_operation_axpy, {NULL, negated}, "Y has the wrong sign"},
        {&ib_operation_axpy, {NULL, tripled}, "Y is a constant factor (3) off"},
        {&ib_operation_axpy, {NULL, all_nan}, "Y is NaN"},
        {&ib_operation_axpy, {NULL, dropped}, "does not propagate a NaN"},
        {&ib_operation_axpy, {NULL, left}, "Y is unchanged: the call did nothing"},
        {&ib_operation_axpy, {NULL, input_written}, "writes to its input X"},
        {&ib_operation_axpy, {NULL, beyond_written}, "writes outside the bounds of Y"},
        {&ib_operation_axpy, {NULL, last_row_zero}, "Y in its last row is zero"},
        {&ib_operation_axpy, {NULL, last_row_left}, "in its last row keeps its old contents"},
        {&ib_operation_axpy, {NULL, shifted}, "Y is shifted by one row: row i holds the values of row i - 1"},
        {&ib_operation_act_grad, {NULL, in_f32}, "lower precision"},
        {&ib_operation_gemm, {NULL, c_left}, "C is never written"},
        {&ib_operation_loss_grad, {NULL, summed}, "a sum, not a mean"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_pattern(rows[i].operation, &rows[i].mistake, rows[i].words);
}

/* ---- what shows when the call is tried again ---- */

/* Wrong wherever rows do not lie close together. */
SPOILER(without_gaps)
{
    for (uint64_t e = 0; m[1].cols != v[1].ld && e < ib_op_size(&m[1]); e++)
        m[1].at[e] = m[1].at[0];
}

SPOILER(reads_c)
{
    for (uint64_t e = 0; args->beta == 0 && e < ib_op_size(&m[2]); e++)
        m[2].at[e] += ((const double *)v[2].p)[e / m[2].cols * v[2].ld + e % m[2].cols];
}

SPOILER(adds_to_row)
{
    for (uint64_t j = 0; j < m[1].cols; j++)
        m[1].at[j] += ((const double *)v[1].p)[j];
}

SPOILER(reads_beyond)
{
    if (m[1].rows > 0)
        m[1].at[0] += 0 * ((const double *)v[0].p)[(v[0].rows - 1) * v[0].ld + v[0].cols];
}

SPOILER(wrong_in_place)
{
    for (uint64_t e = 0; v[2].p == v[0].p && e < ib_op_size(&m[2]); e++)
        m[2].at[e] = m[2].at[0] + (long double)e;
}

static void reruns_tell_more(void **state)
{
    (void)state;
    expect_pattern(&ib_operation_axpy, &(struct mistake){NULL, without_gaps}, "ignores ld");
    expect_pattern(&ib_operation_gemm, &(struct mistake){NULL, reads_c}, "reads C although beta is 0");
    expect_pattern(&ib_operation_col_sum, &(struct mistake){NULL, adds_to_row},
                   "adds to the old contents of row");
    expect_pattern(&ib_operation_axpy, &(struct mistake){NULL, reads_beyond}, "reads out of bounds");
    expect_pattern(&ib_operation_loss_grad, &(struct mistake){NULL, wrong_in_place},
                   "only when dZ shares the memory of Z");
}

SPOILER(wrong_now_and_then)
{
    static int calls;
    if (calls++ % 2 == 0)
        for_each_cell(&m[1], triple);
}

static void what_does_not_come_again_is_stale(void **state)
{
    (void)state;
    expect_pattern(&ib_operation_axpy, &(struct mistake){NULL, wrong_now_and_then}, "the second time");
}

SPOILER(noise)
{
    for (uint64_t e = 0; e < ib_op_size(&m[1]); e++)
        m[1].at[e] = isfinite(m[1].at[e]) ? 17 * sinl((long double)(e * e) + 1) : m[1].at[e];
}

static void what_looks_like_nothing_has_no_name(void **state)
{
    (void)state;
    const struct ib_examination found =
        examine_mistake(&ib_operation_add_row, &(struct mistake){NULL, noise});
    assert_true(found.wrong > 0);
    assert_string_equal(found.pattern, "");
    assert_int_equal(found.example.fault, IB_OP_TEST_CELLS);
}

/* ---- when ---- */

SPOILER(with_alpha)
{
    if (args->alpha != 1)
        for_each_cell(&m[1], triple);
}

static void the_condition_is_named(void **state)
{
    (void)state;
    const struct ib_examination found =
        examine_mistake(&ib_operation_axpy, &(struct mistake){NULL, with_alpha});
    assert_string_equal(found.where, "only with alpha other than 1");
}

static struct ib_op_test test_of(const struct ib_operation *operation, int kind, uint64_t rows, uint64_t pad)
{
    struct ib_op_test t = ib_op_test_start(operation, IB_F64);
    t.args.kind = kind;
    t.n_operands = operation->n_operands;
    for (uint32_t i = 0; i < t.n_operands; i++)
        t.operand[i] = (struct ib_operand){{rows, 2, pad}, IB_FILL_REAL, false};
    return t;
}

static void expect_condition(const struct ib_op_test *wrong, const struct ib_op_test *right, const char *text)
{
    struct ib_failure_conditions c = {0};
    char name[128];
    ib_failure_conditions_add(&c, wrong, false);
    ib_failure_conditions_add(&c, right, true);
    assert_string_equal(ib_failure_conditions_name(&c, name, sizeof name), text);
}

static void conditions_of_every_sort(void **state)
{
    (void)state;
    const struct ib_op_test plain = test_of(&ib_operation_act, IB_RELU, 10, 0);
    struct ib_op_test t = test_of(&ib_operation_act, IB_RELU, 10, 3);
    expect_condition(&t, &plain, "only with gaps between the rows (ld > cols)");
    t = test_of(&ib_operation_act, IB_TANH, 10, 0);
    expect_condition(&t, &plain, "only for tanh");
    t = test_of(&ib_operation_act, IB_RELU, 0, 0);
    expect_condition(&t, &plain, "only when a size is 0");
    t = test_of(&ib_operation_act, IB_RELU, 257, 0);
    expect_condition(&t, &plain, "only with over 256 rows");
    t = test_of(&ib_operation_act, IB_RELU, 70000, 0);
    expect_condition(&t, &plain, "only with over 60,000 rows");
    t = plain;
    t.operand[0].fill = IB_FILL_INFINITY;
    expect_condition(&t, &plain, "only when an operand contains an infinity");
    t = plain;
    t.tolerance = 1e-6;
    expect_condition(&t, &plain, "only when results must be rounded");
}

static void conditions_of_the_operation_itself(void **state)
{
    (void)state;
    const struct ib_op_test product = test_of(&ib_operation_gemm, 0, 10, 0);
    const struct ib_op_test loss = test_of(&ib_operation_loss_grad, IB_MSE, 10, 0);
    struct ib_op_test t = product;
    t.args.transpose_b = true;
    expect_condition(&t, &product, "only with B transposed");
    expect_condition(&product, &t, "");
    t = product;
    t.args.transpose_a = true;
    expect_condition(&product, &t, "only with A not transposed");
    t = loss;
    t.operand[2].is_first = true;
    expect_condition(&t, &loss, "only when the gradient replaces Z");
    t = loss;
    t.n_operands = 3;
    expect_condition(&loss, &t, "only when the loss itself is requested");
}

/* The condition that all wrong tests share and the fewest right ones; of two such, the first. */
static void the_narrowest_condition_wins(void **state)
{
    (void)state;
    struct ib_failure_conditions c = {0};
    struct ib_op_test wrong = test_of(&ib_operation_act, IB_TANH, 300, 3), right = wrong;
    char name[128];
    assert_string_equal(ib_failure_conditions_name(&c, name, sizeof name), "");
    ib_failure_conditions_add(&c, &wrong, false);
    assert_string_equal(ib_failure_conditions_name(&c, name, sizeof name), ""); /* nothing was right */
    right.args.kind = IB_RELU; /* so gaps and rows do not tell them apart */
    ib_failure_conditions_add(&c, &right, true);
    assert_string_equal(ib_failure_conditions_name(&c, name, sizeof name), "only for tanh");
    wrong.args.kind = IB_SIGMOID; /* no kind is shared any more */
    ib_failure_conditions_add(&c, &wrong, false);
    assert_string_equal(ib_failure_conditions_name(&c, name, sizeof name), "");
    right = test_of(&ib_operation_act, IB_RELU, 10, 0);
    ib_failure_conditions_add(&c, &right, true);
    assert_string_equal(ib_failure_conditions_name(&c, name, sizeof name),
                        "only with gaps between the rows (ld > cols)");
}

static void every_operation_has_room_for_its_conditions(void **state)
{
    (void)state;
    for (int op = 0; op < IB_OPERATION_COUNT; op++) {
        size_t own = 0;
        for (const struct ib_op_condition *c = ib_operations[op]->conditions; c && c->text; c++)
            own++;
        assert_true(own <= IB_OP_CONDITIONS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mutant_is_named),
        cmocka_unit_test(a_transposed_result_is_named),
        cmocka_unit_test(another_kind_is_named),
        cmocka_unit_test(values_are_recognised),
        cmocka_unit_test(reruns_tell_more),
        cmocka_unit_test(what_does_not_come_again_is_stale),
        cmocka_unit_test(what_looks_like_nothing_has_no_name),
        cmocka_unit_test(the_condition_is_named),
        cmocka_unit_test(conditions_of_every_sort),
        cmocka_unit_test(conditions_of_the_operation_itself),
        cmocka_unit_test(the_narrowest_condition_wins),
        cmocka_unit_test(every_operation_has_room_for_its_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
