/* M = softmax of each row of M, in place. */
#include "ops/row_softmax.h"

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args, (void)v;
    return true;
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    (void)args;
    return ops->softmax(state, &v[0]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    const struct ib_softmax softmax = ib_softmax_of(args, m);
    const bool down = softmax.mistake == IB_SOFTMAX_DOWN_COLUMNS;
    const uint64_t lines = down ? m->cols : m->rows, n = down ? m->rows : m->cols, step = down ? m->cols : 1;
    for (uint64_t i = 0; i < lines; i++) {
        long double *z = m->at + (down ? i : i * m->cols);
        const struct ib_softmax_row row = ib_softmax_row(&softmax, n, step, z);
        for (uint64_t j = 0; j < n; j++)
            z[j * step] = ib_softmax_at(&row, z[j * step]);
    }
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[] = {IB_FILL_REAL, IB_FILL_WIDE, IB_FILL_NAN, IB_FILL_INFINITY};
    struct ib_op_test t = *start;
    t.n_operands = 1;
    t.tolerance = ib_op_rounding(t.type);
    for (size_t f = 0; f < IB_COUNT(fills); f++)
        for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++) {
            t.operand[0] = (struct ib_operand){ib_op_shape_at(i), fills[f], false};
            v->visit(v, &t);
        }
    for (size_t i = 0; i < ib_op_large_count(v, true); i++) {
        t.operand[0] = (struct ib_operand){ib_op_large[i], IB_FILL_WIDE, false};
        v->visit(v, &t);
    }
}

static const struct ib_op_mutant mutants[] = {
    IB_SOFTMAX_MUTANTS,
    {ib_softmax_runs_down_columns, "sums run down the columns, not along the rows", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_softmax = {
    IB_OPERATION_NAME(softmax),
    .n_operands = 1,
    .operand = {{"M", IB_READS | IB_WRITES}},
    .fits = fits,
    .call = call,
    .flops_per_element = 3,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
