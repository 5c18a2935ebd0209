/* Y1 += alpha * X1, Y2 += alpha * X2 and so on, for up to IB_MAX_PAIRS pairs of the same shape. */
#include "ops/op_case.h"

/* Operand 2i is an X, 2i + 1 its Y. */
static uint32_t pairs_of(const struct ib_view *v)
{
    uint32_t n = 1;
    while (n < IB_MAX_PAIRS && v[2 * n].p)
        n++;
    return n;
}

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    for (uint32_t i = 0; i < IB_MAX_PAIRS; i++)
        if (!ib_op_same_shape(&v[2 * i], &v[2 * i + 1]))
            return false;
    return true;
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    struct ib_view x[IB_MAX_PAIRS], y[IB_MAX_PAIRS];
    const uint32_t n = pairs_of(v);
    for (uint32_t i = 0; i < n; i++) {
        x[i] = v[2 * i];
        y[i] = v[2 * i + 1];
    }
    return ops->axpy_all(state, args->alpha, n, x, y);
}

static double flops(const struct ib_op_args *args, const struct ib_view *v)
{
    double elements = 0;
    (void)args;
    for (uint32_t i = 0; i < IB_MAX_PAIRS; i++)
        elements += (double)v[2 * i].rows * (double)v[2 * i].cols;
    return 2 * elements;
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    for (uint32_t i = 0; i < IB_MAX_PAIRS && m[2 * i].at; i++)
        ib_operation_axpy.reference(args, &m[2 * i]);
}

/* ---- cases ---- */

/* n pairs of this shape and of a row of it, as weights and biases are. */
static void visit(struct ib_op_test t, uint32_t n, struct ib_op_shape s, enum ib_fill x, enum ib_fill y,
                  struct ib_visitor *v)
{
    t.n_operands = 2 * n;
    for (uint32_t i = 0; i < n; i++) {
        const struct ib_op_shape shape = i % 2 ? ib_op_row_of(s) : s;
        t.operand[2 * i] = (struct ib_operand){shape, x, false};
        t.operand[2 * i + 1] = (struct ib_operand){shape, y, false};
    }
    v->visit(v, &t);
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const double alphas[] = {1, -0.5};
    static const uint32_t counts[] = {1, 2, 3, IB_MAX_PAIRS};
    struct ib_op_test t = *start;
    for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++)
        for (size_t n = 0; n < IB_COUNT(counts); n++) {
            t.args.alpha = alphas[(i + n) % 2];
            visit(t, counts[n], ib_op_shape_at(i), IB_FILL_EXACT, IB_FILL_EXACT, v);
        }
    visit(t, 2, (struct ib_op_shape){33, 6, 3}, IB_FILL_NAN, IB_FILL_EXACT, v);
    visit(t, 2, (struct ib_op_shape){33, 6, 3}, IB_FILL_EXACT, IB_FILL_NAN, v);
    for (size_t i = 0; i < ib_op_large_count(v, true); i++)
        visit(t, 2, ib_op_large[i], IB_FILL_EXACT, IB_FILL_EXACT, v);
    t.args.alpha = -0.01;
    t.tolerance = ib_op_rounding(t.type);
    visit(t, 3, (struct ib_op_shape){33, 6, 3}, IB_FILL_REAL, IB_FILL_REAL, v);
}

/* ---- mutants ---- */

static bool updates_the_first_alone(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint32_t i = 1; i < IB_MAX_PAIRS && m[2 * i].at; i++)
        for (uint64_t e = 0; e < ib_op_size(&m[2 * i]); e++)
            m[2 * i].at[e] = 0;
    return m[2].at;
}

static const struct ib_op_mutant mutants[] = {
    {ib_op_ignore_alpha, "ignores alpha", false},
    {ib_op_negate_alpha, "alpha has the wrong sign", false},
    {updates_the_first_alone, "updates the first pair alone", false},
    {NULL, NULL, false},
};

#define PAIR(i)                                                                                              \
    {"X" #i, IB_READS | IB_OPTIONAL},                                                                        \
    {                                                                                                        \
        "Y" #i, IB_READS | IB_WRITES | IB_OPTIONAL                                                           \
    }

const struct ib_operation ib_operation_axpy_all = {
    IB_OPERATION_NAME(axpy_all),
    .joined = true,
    .n_operands = IB_MAX_OPERANDS,
    .operand = {{"X1", IB_READS},
                {"Y1", IB_READS | IB_WRITES},
                PAIR(2),
                PAIR(3),
                PAIR(4),
                PAIR(5),
                PAIR(6),
                PAIR(7),
                PAIR(8),
                PAIR(9),
                PAIR(10),
                PAIR(11),
                PAIR(12),
                PAIR(13),
                PAIR(14),
                PAIR(15),
                PAIR(16),
                PAIR(17),
                PAIR(18)},
    .fits = fits,
    .call = call,
    .flops = flops,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
_Static_assert(IB_MAX_OPERANDS == 36, "all pairs have names");
