/* Y += alpha * X (same shape). */
#include "ops/op_case.h"

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return ib_op_same_shape(&v[0], &v[1]);
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->axpy(state, args->alpha, &v[0], &v[1]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t e = 0; e < ib_op_size(&m[0]); e++)
        m[1].at[e] += args->alpha * m[0].at[e];
}

static void visit(struct ib_op_test t, struct ib_op_shape s, enum ib_fill x, enum ib_fill y,
                  struct ib_visitor *v)
{
    ib_op_visit_pair(t, (struct ib_operand){s, x, false}, (struct ib_operand){s, y, false}, v);
}

/* NaN times 0 is not tested: a BLAS may return early for alpha = 0. */
static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const double alphas[] = {1, -0.5, 0};
    struct ib_op_test t = *start;
    for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++)
        for (size_t a = 0; a < IB_COUNT(alphas); a++) {
            t.args.alpha = alphas[a];
            visit(t, ib_op_shape_at(i), IB_FILL_EXACT, IB_FILL_EXACT, v);
            visit(t, ib_op_shape_at(i), IB_FILL_EXACT, IB_FILL_NAN, v);
            if (t.args.alpha != 0)
                visit(t, ib_op_shape_at(i), IB_FILL_NAN, IB_FILL_EXACT, v);
        }
    t.args.alpha = -0.5;
    for (size_t i = 0; i < ib_op_large_count(v, true); i++)
        visit(t, ib_op_large[i], IB_FILL_EXACT, IB_FILL_EXACT, v);
    t.args.alpha = -0.01; /* like a learning rate, not a power of two */
    t.tolerance = ib_op_rounding(t.type);
    visit(t, (struct ib_op_shape){33, 6, 3}, IB_FILL_REAL, IB_FILL_REAL, v);
}

static const struct ib_op_mutant mutants[] = {
    {ib_op_ignore_alpha, "ignores alpha", false},
    {ib_op_negate_alpha, "alpha has the wrong sign", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_axpy = {
    IB_OPERATION_NAME(axpy),
    .n_operands = 2,
    .operand = {{"X", IB_READS}, {"Y", IB_READS | IB_WRITES}},
    .fits = fits,
    .call = call,
    .flops_per_element = 2,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
