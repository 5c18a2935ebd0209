/* M = act(M), in place. */
#include "ops/op_case.h"

#include <math.h>

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args, (void)v;
    return true;
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->act(state, (enum ib_act)args->kind, &v[0]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t e = 0; e < ib_op_size(&m[0]); e++) {
        const long double x = m[0].at[e];
        switch ((enum ib_act)args->kind) {
        case IB_RELU:
            m[0].at[e] = x < 0 ? 0 : x;
            break;
        case IB_TANH:
            m[0].at[e] = tanhl(x);
            break;
        case IB_SIGMOID:
            m[0].at[e] = ib_op_sigmoid(x);
            break;
        }
    }
}

/* relu is exact; the rounding of the others depends on the math library. */
static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[] = {IB_FILL_EXACT, IB_FILL_WIDE, IB_FILL_NAN, IB_FILL_INFINITY};
    struct ib_op_test t = *start;
    t.n_operands = 1;
    for (t.args.kind = IB_RELU; t.args.kind <= IB_SIGMOID; t.args.kind++) {
        t.tolerance = t.args.kind == IB_RELU ? 0 : ib_op_rounding(t.type);
        for (size_t f = 0; f < IB_COUNT(fills); f++)
            for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++) {
                t.operand[0] = (struct ib_operand){ib_op_shape_at(i), fills[f], false};
                v->visit(v, &t);
            }
        for (size_t i = 0; i < ib_op_large_count(v, t.args.kind == IB_RELU); i++) {
            t.operand[0] = (struct ib_operand){ib_op_large[i], IB_FILL_WIDE, false};
            v->visit(v, &t);
        }
    }
}

const struct ib_operation ib_operation_act = {
    IB_OPERATION_NAME(act), .kinds = ib_act_words,
    .n_operands = 1,        .operand = {{"M", IB_READS | IB_WRITES}},
    .fits = fits,           .call = call,
    .flops_per_element = 1, .reference = reference,
    .cases = cases,
};
