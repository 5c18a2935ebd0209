/* M (m x n) += row (1 x n), added to every row of M. */
#include "ops/op_case.h"

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return ib_op_is_row_of(&v[0], &v[1]);
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    (void)args;
    return ops->add_row(state, &v[0], &v[1]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint64_t e = 0; e < ib_op_size(&m[1]); e++)
        m[1].at[e] += m[0].at[e % m[1].cols];
}

static void visit(struct ib_op_test t, struct ib_op_shape s, const enum ib_fill fills[2],
                  struct ib_visitor *v)
{
    ib_op_visit_pair(t, (struct ib_operand){ib_op_row_of(s), fills[0], false},
                     (struct ib_operand){s, fills[1], false}, v);
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[][2] = {
        {IB_FILL_EXACT, IB_FILL_EXACT}, {IB_FILL_NAN, IB_FILL_EXACT}, {IB_FILL_EXACT, IB_FILL_NAN}};
    for (size_t f = 0; f < IB_COUNT(fills); f++)
        for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++)
            visit(*start, ib_op_shape_at(i), fills[f], v);
    for (size_t i = 0; i < ib_op_large_count(v, true); i++)
        visit(*start, ib_op_large[i], fills[0], v);
    struct ib_op_test real = *start;
    real.tolerance = ib_op_rounding(real.type);
    visit(real, (struct ib_op_shape){33, 6, 3}, (const enum ib_fill[]){IB_FILL_REAL, IB_FILL_REAL}, v);
}

static bool adds_row_once(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint64_t e = m[1].cols; e < ib_op_size(&m[1]); e++)
        m[1].at[e] -= m[0].at[e % m[1].cols];
    return m[1].rows > 1;
}

static const struct ib_op_mutant mutants[] = {
    {adds_row_once, "the bias row is added only to the first row of M", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_add_row = {
    IB_OPERATION_NAME(add_row),
    .n_operands = 2,
    .operand = {{"row", IB_READS}, {"M", IB_READS | IB_WRITES}},
    .fits = fits,
    .call = call,
    .flops_per_element = 1,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
