/* dY *= act', as act_grad; then row (1 x n) = sum over the rows of the new dY (m x n). */
#include "ops/op_case.h"

enum { Y, DY, ROW, OPERANDS };

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return ib_op_same_shape(&v[Y], &v[DY]) && ib_op_is_row_of(&v[ROW], &v[DY]);
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->act_grad_sum(state, (enum ib_act)args->kind, &v[Y], &v[DY], &v[ROW]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    ib_operation_act_grad.reference(args, m);
    for (uint64_t j = 0; j < m[DY].cols; j++) {
        m[ROW].at[j] = 0;
        for (uint64_t i = 0; i < m[DY].rows; i++)
            m[ROW].at[j] += *ib_op_at(&m[DY], i, j);
    }
}

static void visit(struct ib_op_test t, struct ib_op_shape s, const enum ib_fill fills[2],
                  struct ib_visitor *v)
{
    t.n_operands = OPERANDS;
    t.operand[Y] = (struct ib_operand){s, fills[0], false};
    t.operand[DY] = (struct ib_operand){s, fills[1], false};
    t.operand[ROW] = (struct ib_operand){ib_op_row_of(s), IB_FILL_UNSET, false};
    v->visit(v, &t);
}

/* Long sums, and wide ones with many partial sums. */
static void visit_long(struct ib_op_test t, struct ib_visitor *v)
{
    const struct ib_op_shape shapes[] = {
        {ib_op_many_rows(v), 1, 0}, {ib_op_many_rows(v), 2, 0}, {66000, 17, 0}};
    t.tolerance = ib_op_drift(t.type);
    for (size_t i = 0; i < IB_COUNT(shapes); i++)
        visit(t, shapes[i], (const enum ib_fill[]){IB_FILL_POSITIVE, IB_FILL_POSITIVE}, v);
}

/* Fills as for act_grad. Slopes and sums of relu are exact where the numbers are. */
static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[][2] = {{IB_FILL_EXACT, IB_FILL_EXACT},
                                            {IB_FILL_ZERO, IB_FILL_NAN},
                                            {IB_FILL_EXACT, IB_FILL_INFINITY},
                                            {IB_FILL_REAL, IB_FILL_REAL}};
    struct ib_op_test t = *start;
    for (t.args.kind = IB_RELU; t.args.kind <= IB_SIGMOID; t.args.kind++)
        for (size_t f = 0; f < IB_COUNT(fills); f++) {
            const bool is_exact = t.args.kind == IB_RELU && fills[f][0] != IB_FILL_REAL;
            t.tolerance = is_exact ? 0 : ib_op_rounding(t.type);
            for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++)
                visit(t, ib_op_shape_at(i), fills[f], v);
        }
    t.args.kind = IB_RELU;
    t.tolerance = 0;
    for (size_t i = 0; i < ib_op_large_count(v, true); i++)
        visit(t, ib_op_large[i], fills[0], v);
    visit_long(t, v);
}

/* ---- mutants ---- */

static bool differentiates_at_input(struct ib_op_args *args, struct ib_expected *m)
{
    ib_operation_act.reference(args, m); /* of Y */
    return true;
}

static bool drops_last_row(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    if (m[DY].rows > 0)
        ib_op_clear_row(&m[DY], m[DY].rows - 1);
    return m[DY].rows > 1;
}

static const struct ib_op_mutant mutants[] = {
    {differentiates_at_input, "treats Y as the activation's input; it is the output", false},
    {drops_last_row, "omits the last row: off by one", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_act_grad_sum = {
    IB_OPERATION_NAME(act_grad_sum),
    .joined = true,
    .kinds = ib_act_words,
    .yields = "the gradient of ",
    .n_operands = OPERANDS,
    .operand = {[Y] = {"Y", IB_READS}, [DY] = {"dY", IB_READS | IB_WRITES}, [ROW] = {"row", IB_WRITES}},
    .fits = fits,
    .call = call,
    .flops_per_element = 2,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
