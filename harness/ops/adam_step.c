/* Adam (Kingma and Ba 2015), step t, the value of T: M = beta M + (1 - beta) G, V = beta2 V + (1 - beta2)
 * G^2, then P -= alpha / (1 - beta^t) M / (sqrt(V / (1 - beta2^t)) + epsilon). */
#include "ops/op_case.h"

#include <math.h>

enum { G, P, M, V, T, OPERANDS };

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return ib_op_same_shape(&v[G], &v[P]) && ib_op_same_shape(&v[G], &v[M]) &&
           ib_op_same_shape(&v[G], &v[V]) && v[T].rows == 1 && v[T].cols == 1;
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->adam_step(state, args->alpha, args->beta, args->beta2, args->epsilon, &v[G], &v[P], &v[M],
                          &v[V], &v[T]);
}

static long double next_m(const struct ib_op_args *args, const struct ib_expected *m, uint64_t e)
{
    return args->beta * m[M].at[e] + (1 - (long double)args->beta) * m[G].at[e];
}

static long double next_v(const struct ib_op_args *args, const struct ib_expected *m, uint64_t e)
{
    return args->beta2 * m[V].at[e] + (1 - (long double)args->beta2) * m[G].at[e] * m[G].at[e];
}

/* What the moments are divided by in step `t`, because they begin at 0. */
struct corrections {
    long double m, v;
};

static struct corrections corrections(const struct ib_op_args *args, long double t)
{
    return (struct corrections){1 - powl(args->beta, t), 1 - powl(args->beta2, t)};
}

/* What is subtracted from P, by these moments. */
static long double change(const struct ib_op_args *args, struct corrections by, long double m, long double v)
{
    return args->alpha * (m / by.m) / (sqrtl(v / by.v) + args->epsilon);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    const struct corrections by = corrections(args, m[T].at[0]);
    for (uint64_t e = 0; e < ib_op_size(&m[G]); e++) {
        m[V].at[e] = next_v(args, m, e);
        m[M].at[e] = next_m(args, m, e);
        m[P].at[e] -= change(args, by, m[M].at[e], m[V].at[e]);
    }
}

/* ---- cases ---- */

struct fills {
    enum ib_fill g, p, m, v, t;
};

static void visit(struct ib_op_test t, struct ib_op_shape s, struct fills fills, struct ib_visitor *visitor)
{
    t.tolerance = ib_op_rounding(t.type);
    t.n_operands = OPERANDS;
    t.operand[G] = (struct ib_operand){s, fills.g, false};
    t.operand[P] = (struct ib_operand){s, fills.p, false};
    t.operand[M] = (struct ib_operand){s, fills.m, false};
    t.operand[V] = (struct ib_operand){s, fills.v, false};
    t.operand[T] = (struct ib_operand){{1, 1, 0}, fills.t, false};
    visitor->visit(visitor, &t);
}

static const struct fills first = {IB_FILL_REAL, IB_FILL_REAL, IB_FILL_ZERO, IB_FILL_ZERO, IB_FILL_ONE},
                          later = {IB_FILL_REAL, IB_FILL_REAL, IB_FILL_REAL, IB_FILL_POSITIVE, IB_FILL_COUNT};

/* With numbers of one magnitude, so that none hides behind another. */
static struct ib_op_test with_large_scalars(struct ib_op_test t)
{
    t.args.alpha = 0.5;
    t.args.beta = 0.5;
    t.args.beta2 = 0.9375;
    t.args.epsilon = 0.25;
    return t;
}

static struct ib_op_test with_usual_scalars(struct ib_op_test t)
{
    t.args.alpha = 0.01;
    t.args.beta = 0.9;
    t.args.beta2 = 0.999;
    t.args.epsilon = 1e-8;
    return t;
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const struct fills not_finite[] = {
        {IB_FILL_NAN, IB_FILL_REAL, IB_FILL_REAL, IB_FILL_POSITIVE, IB_FILL_COUNT},
        {IB_FILL_REAL, IB_FILL_NAN, IB_FILL_REAL, IB_FILL_POSITIVE, IB_FILL_COUNT},
        {IB_FILL_REAL, IB_FILL_REAL, IB_FILL_NAN, IB_FILL_POSITIVE, IB_FILL_COUNT},
    };
    const struct ib_op_test large = with_large_scalars(*start), usual = with_usual_scalars(*start);
    for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++) {
        const struct ib_op_shape s = ib_op_shape_at(i);
        visit(large, s, first, v);
        visit(large, s, later, v);
        visit(usual, s, first, v);
        visit(usual, s, later, v);
        for (size_t f = 0; f < IB_COUNT(not_finite); f++)
            visit(large, s, not_finite[f], v);
    }
    for (size_t i = 0; i < ib_op_large_count(v, true); i++)
        visit(large, ib_op_large[i], later, v);
}

/* ---- mutants: those of P alone change it beforehand by what they differ afterwards ---- */

static bool does_not_correct(struct ib_op_args *args, struct ib_expected *m)
{
    const bool corrects = powl(args->beta, m[T].at[0]) != 0 || powl(args->beta2, m[T].at[0]) != 0;
    m[T].at[0] = INFINITY;
    return corrects;
}

static bool counts_one_more(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    m[T].at[0] += 1;
    return true;
}

static bool uses_old_moments(struct ib_op_args *args, struct ib_expected *m)
{
    const struct corrections by = corrections(args, m[T].at[0]);
    for (uint64_t e = 0; e < ib_op_size(&m[G]); e++)
        m[P].at[e] += change(args, by, next_m(args, m, e), next_v(args, m, e)) -
                      change(args, by, m[M].at[e], m[V].at[e]);
    return true;
}

/* What P changes by with epsilon elsewhere, instead of `change`. */
static bool moves_epsilon(const struct ib_op_args *args, struct ib_expected *m, bool into_root)
{
    const struct corrections by = corrections(args, m[T].at[0]);
    for (uint64_t e = 0; e < ib_op_size(&m[G]); e++) {
        const long double v = next_v(args, m, e);
        const long double root =
            into_root ? sqrtl(v / by.v + args->epsilon) : (sqrtl(v) + args->epsilon) / sqrtl(by.v);
        const long double right = sqrtl(v / by.v) + args->epsilon;
        m[P].at[e] += change(args, by, next_m(args, m, e), v) * (1 - right / root);
    }
    return args->epsilon != 0;
}

static bool adds_epsilon_in_root(struct ib_op_args *args, struct ib_expected *m)
{
    return moves_epsilon(args, m, true);
}

static bool adds_epsilon_too_early(struct ib_op_args *args, struct ib_expected *m)
{
    return moves_epsilon(args, m, false);
}

static bool swaps_betas(struct ib_op_args *args, struct ib_expected *m)
{
    const double beta = args->beta;
    (void)m;
    args->beta = args->beta2;
    args->beta2 = beta;
    return true;
}

static bool negates_rate(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    args->alpha = -args->alpha;
    return true;
}

static const struct ib_op_mutant mutants[] = {
    {does_not_correct, "bias correction is missing", false},
    {counts_one_more, "bias correction is by t + 1, not by t", false},
    {uses_old_moments, "stale moments: P is updated by those of the step before", false},
    {adds_epsilon_in_root, "epsilon is added inside of the root", false},
    {adds_epsilon_too_early, "epsilon is added before V is corrected", false},
    {swaps_betas, "beta1 and beta2 are swapped", false},
    {negates_rate, "the learning rate has the wrong sign", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_adam_step = {
    IB_OPERATION_NAME(adam_step),
    .n_operands = OPERANDS,
    .operand = {[G] = {"G", IB_READS},
                [P] = {"P", IB_READS | IB_WRITES},
                [M] = {"M", IB_READS | IB_WRITES},
                [V] = {"V", IB_READS | IB_WRITES},
                [T] = {"T", IB_READS}},
    .fits = fits,
    .call = call,
    .flops_per_element = 11,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
