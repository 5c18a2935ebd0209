/* row (1 x n) = sum over the rows of M (m x n). */
#include "ops/op_case.h"

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return ib_op_is_row_of(&v[1], &v[0]);
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    (void)args;
    return ops->col_sum(state, &v[0], &v[1]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint64_t j = 0; j < m[0].cols; j++) {
        m[1].at[j] = 0;
        for (uint64_t i = 0; i < m[0].rows; i++)
            m[1].at[j] += *ib_op_at(&m[0], i, j);
    }
}

static void visit(struct ib_op_test t, struct ib_op_shape s, enum ib_fill fill, struct ib_visitor *v)
{
    ib_op_visit_pair(t, (struct ib_operand){s, fill, false},
                     (struct ib_operand){ib_op_row_of(s), IB_FILL_UNSET, false}, v);
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[] = {IB_FILL_EXACT, IB_FILL_NAN, IB_FILL_INFINITY};
    for (size_t f = 0; f < IB_COUNT(fills); f++)
        for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++)
            visit(*start, ib_op_shape_at(i), fills[f], v);
    struct ib_op_test many = *start;
    for (size_t i = 0; i < ib_op_large_count(v, true); i++)
        visit(*start, ib_op_large[i], IB_FILL_EXACT, v);
    many.tolerance = ib_op_drift(many.type);
    /* Long sums, and wide ones with many partial sums. */
    const struct ib_op_shape long_ones[] = {
        {ib_op_many_rows(v), 1, 0}, {ib_op_many_rows(v), 2, 0}, {66000, 17, 0}};
    for (size_t i = 0; i < IB_COUNT(long_ones); i++)
        visit(many, long_ones[i], IB_FILL_POSITIVE, v);
}

static bool drops_last_row(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    if (m[0].rows > 0)
        ib_op_clear_row(&m[0], m[0].rows - 1);
    return m[0].rows > 1;
}

static bool drops_first_row(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    if (m[0].rows > 0)
        ib_op_clear_row(&m[0], 0);
    return m[0].rows > 1;
}

static const struct ib_op_mutant mutants[] = {
    {drops_last_row, "omits the last row: off by one", false},
    {drops_first_row, "omits the first row: off by one", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_col_sum = {
    IB_OPERATION_NAME(col_sum),
    .n_operands = 2,
    .operand = {{"M", IB_READS}, {"row", IB_WRITES}},
    .fits = fits,
    .call = call,
    .flops_per_element = 1,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
