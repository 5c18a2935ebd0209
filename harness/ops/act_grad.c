/* dY *= act', the activation's derivative in terms of its output Y (same shape). */
#include "ops/op_case.h"

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return ib_op_same_shape(&v[0], &v[1]);
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->act_grad(state, (enum ib_act)args->kind, &v[0], &v[1]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t e = 0; e < ib_op_size(&m[0]); e++) {
        const long double y = m[0].at[e];
        switch ((enum ib_act)args->kind) {
        case IB_RELU:
            m[1].at[e] *= y > 0 ? 1 : 0;
            break;
        case IB_TANH:
            m[1].at[e] *= 1 - y * y;
            break;
        case IB_SIGMOID:
            m[1].at[e] *= y * (1 - y);
            break;
        }
    }
}

static void visit(struct ib_op_test t, struct ib_op_shape s, const enum ib_fill fills[2],
                  struct ib_visitor *v)
{
    ib_op_visit_pair(t, (struct ib_operand){s, fills[0], false}, (struct ib_operand){s, fills[1], false}, v);
}

/* IB_FILL_REAL covers the outputs of tanh and sigmoid; IB_FILL_ZERO is where relu's derivative is 0. */
static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[][2] = {
        {IB_FILL_REAL, IB_FILL_REAL}, {IB_FILL_EXACT, IB_FILL_EXACT}, {IB_FILL_ZERO, IB_FILL_NAN}};
    struct ib_op_test t = *start;
    for (t.args.kind = IB_RELU; t.args.kind <= IB_SIGMOID; t.args.kind++) {
        t.tolerance = t.args.kind == IB_RELU ? 0 : ib_op_rounding(t.type);
        for (size_t f = 0; f < IB_COUNT(fills); f++)
            for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++)
                visit(t, ib_op_shape_at(i), fills[f], v);
        for (size_t i = 0; i < ib_op_large_count(v, t.args.kind == IB_RELU); i++)
            visit(t, ib_op_large[i], fills[0], v);
    }
}

static bool differentiates_at_input(struct ib_op_args *args, struct ib_expected *m)
{
    ib_operation_act.reference(args, m); /* of Y, its only operand */
    return true;
}

static bool omits_dy(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint64_t e = 0; e < ib_op_size(&m[1]); e++)
        m[1].at[e] = 1;
    return true;
}

static const struct ib_op_mutant mutants[] = {
    {differentiates_at_input, "treats Y as the activation's input; it is the output", false},
    {omits_dy, "computes act' alone, without the factor dY", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_act_grad = {
    IB_OPERATION_NAME(act_grad),
    .kinds = ib_act_words,
    .yields = "the gradient of ",
    .n_operands = 2,
    .operand = {{"Y", IB_READS}, {"dY", IB_READS | IB_WRITES}},
    .fits = fits,
    .call = call,
    .flops_per_element = 1,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
