/* V = beta V + G, then P -= alpha V (same shapes): gradient descent with momentum, as PyTorch defines it. */
#include "ops/op_case.h"

enum { G, P, V, OPERANDS };

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return ib_op_same_shape(&v[G], &v[P]) && ib_op_same_shape(&v[G], &v[V]);
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->momentum_step(state, args->alpha, args->beta, &v[G], &v[P], &v[V]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t e = 0; e < ib_op_size(&m[G]); e++) {
        m[V].at[e] = args->beta * m[V].at[e] + m[G].at[e];
        m[P].at[e] -= args->alpha * m[V].at[e];
    }
}

static void visit(struct ib_op_test t, struct ib_op_shape s, enum ib_fill g, enum ib_fill p, enum ib_fill v,
                  struct ib_visitor *visitor)
{
    t.n_operands = OPERANDS;
    t.operand[G] = (struct ib_operand){s, g, false};
    t.operand[P] = (struct ib_operand){s, p, false};
    t.operand[V] = (struct ib_operand){s, v, false};
    visitor->visit(visitor, &t);
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    struct ib_op_test t = *start;
    t.args.alpha = t.args.beta = 0.5; /* exact */
    for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++) {
        const struct ib_op_shape s = ib_op_shape_at(i);
        visit(t, s, IB_FILL_EXACT, IB_FILL_EXACT, IB_FILL_EXACT, v);
        visit(t, s, IB_FILL_NAN, IB_FILL_EXACT, IB_FILL_EXACT, v);
        visit(t, s, IB_FILL_EXACT, IB_FILL_NAN, IB_FILL_EXACT, v);
        visit(t, s, IB_FILL_EXACT, IB_FILL_EXACT, IB_FILL_NAN, v);
    }
    for (size_t i = 0; i < ib_op_large_count(v, true); i++)
        visit(t, ib_op_large[i], IB_FILL_EXACT, IB_FILL_EXACT, IB_FILL_EXACT, v);
    t.args.alpha = 0.01;
    t.args.beta = 0.9;
    t.tolerance = ib_op_rounding(t.type);
    visit(t, (struct ib_op_shape){33, 6, 3}, IB_FILL_REAL, IB_FILL_REAL, IB_FILL_REAL, v);
}

/* ---- mutants: those of P alone change it beforehand by what they differ afterwards ---- */

static bool ignores_momentum(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    args->beta = 0;
    return true;
}

static bool uses_old_velocity(struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t e = 0; e < ib_op_size(&m[G]); e++)
        m[P].at[e] += args->alpha * (args->beta * m[V].at[e] + m[G].at[e] - m[V].at[e]);
    return true;
}

static bool looks_ahead(struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t e = 0; e < ib_op_size(&m[G]); e++) {
        const long double v = args->beta * m[V].at[e] + m[G].at[e];
        m[P].at[e] += args->alpha * (v - (m[G].at[e] + args->beta * v));
    }
    return true;
}

static bool dampens(struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t e = 0; e < ib_op_size(&m[G]); e++)
        m[G].at[e] *= 1 - (long double)args->beta;
    return true;
}

static bool negates_rate(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    args->alpha = -args->alpha;
    return true;
}

static const struct ib_op_mutant mutants[] = {
    {ignores_momentum, "momentum is not applied", false},
    {uses_old_velocity, "stale momentum: P is updated by the velocity of the step before", false},
    {looks_ahead, "computes Nesterov's momentum", false},
    {dampens, "the gradient is multiplied by 1 - momentum", false},
    {negates_rate, "the learning rate has the wrong sign", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_momentum_step = {
    IB_OPERATION_NAME(momentum_step),
    .n_operands = OPERANDS,
    .operand = {[G] = {"G", IB_READS}, [P] = {"P", IB_READS | IB_WRITES}, [V] = {"V", IB_READS | IB_WRITES}},
    .fits = fits,
    .call = call,
    .flops_per_element = 4,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
