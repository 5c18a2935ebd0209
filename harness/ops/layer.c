/* OUT = act(X W + row), a layer of a network; kind 0: without the activation. */
#include "ops/op_case.h"

enum { X, W, ROW, OUT, OPERANDS };
enum { LINEAR = 0 };

static const struct ib_word kinds[] = {
    {"linear", LINEAR}, {"relu", IB_RELU}, {"tanh", IB_TANH}, {"sigmoid", IB_SIGMOID}, {NULL, 0}};

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return v[X].cols == v[W].rows && v[X].rows == v[OUT].rows && v[W].cols == v[OUT].cols &&
           ib_op_is_row_of(&v[ROW], &v[OUT]);
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->layer(state, (enum ib_act)args->kind, &v[X], &v[W], &v[ROW], &v[OUT]);
}

static double flops(const struct ib_op_args *args, const struct ib_view *v)
{
    const double outputs = (double)v[OUT].rows * (double)v[OUT].cols;
    return outputs * (2.0 * (double)v[X].cols + 1 + (args->kind == LINEAR ? 0 : 1));
}

static void activate(const struct ib_op_args *args, struct ib_expected *m)
{
    if (args->kind != LINEAR)
        ib_operation_act.reference(args, m);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t i = 0; i < m[OUT].rows; i++)
        for (uint64_t j = 0; j < m[OUT].cols; j++) {
            long double sum = m[ROW].at[j];
            for (uint64_t l = 0; l < m[X].cols; l++)
                sum += *ib_op_at(&m[X], i, l) * *ib_op_at(&m[W], l, j);
            *ib_op_at(&m[OUT], i, j) = sum;
        }
    activate(args, &m[OUT]);
}

/* ---- cases ---- */

struct fills {
    enum ib_fill x, w, row;
};
static const struct fills exact = {IB_FILL_EXACT, IB_FILL_EXACT, IB_FILL_EXACT};

/* X is rows x terms. */
static void visit(struct ib_op_test t, struct ib_op_shape out, uint64_t terms, struct fills fills,
                  struct ib_visitor *v)
{
    t.n_operands = OPERANDS;
    t.operand[X] = (struct ib_operand){{out.rows, terms, out.pad}, fills.x, false};
    t.operand[W] = (struct ib_operand){{terms, out.cols, out.pad}, fills.w, false};
    t.operand[ROW] = (struct ib_operand){ib_op_row_of(out), fills.row, false};
    t.operand[OUT] = (struct ib_operand){out, IB_FILL_UNSET, false};
    v->visit(v, &t);
}

/* Sums, and so linear layers and relu, are exact. */
static void visit_shapes(struct ib_op_test t, struct ib_visitor *v)
{
    static const uint64_t terms[] = {0, 1, 6, 33};
    static const struct fills not_finite[] = {{IB_FILL_NAN, IB_FILL_ZERO, IB_FILL_EXACT},
                                              {IB_FILL_ZERO, IB_FILL_NAN, IB_FILL_EXACT},
                                              {IB_FILL_EXACT, IB_FILL_EXACT, IB_FILL_NAN},
                                              {IB_FILL_EXACT, IB_FILL_EXACT, IB_FILL_INFINITY}};
    for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++)
        for (size_t k = 0; k < IB_COUNT(terms); k++)
            visit(t, ib_op_shape_at(i), terms[k], exact, v);
    for (size_t f = 0; f < IB_COUNT(not_finite); f++)
        for (size_t k = 0; k < IB_COUNT(terms); k++)
            visit(t, (struct ib_op_shape){33, 6, f % 2 ? 3 : 0}, terms[k], not_finite[f], v);
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    const struct fills real = {IB_FILL_REAL, IB_FILL_REAL, IB_FILL_REAL},
                       kept = {IB_FILL_KEPT, IB_FILL_KEPT, IB_FILL_EXACT};
    struct ib_op_test t = *start;
    for (t.args.kind = LINEAR; t.args.kind <= IB_SIGMOID; t.args.kind++) {
        t.tolerance = t.args.kind <= IB_RELU ? 0 : ib_op_rounding(t.type);
        visit_shapes(t, v);
        for (size_t i = 0; i < ib_op_large_count(v, false); i++)
            visit(t, ib_op_large[i], 2, exact, v);
        t.tolerance = ib_op_product_error(v, t.type, ib_op_rounding(t.type));
        t.scale = 4; /* as in gemm.c */
        visit(t, (struct ib_op_shape){33, 33, 0}, 257, real, v);
        t.scale = start->scale;
    }
    t.args.kind = LINEAR;
    if (ib_op_keep_bits(v, &t))
        visit(t, (struct ib_op_shape){33, 33, 0}, 257, kept, v);
}

static double work(const struct ib_op_test *t)
{
    const struct ib_op_shape *x = &t->operand[X].shape;
    return (double)(x->rows * x->cols * t->operand[OUT].shape.cols);
}

/* ---- mutants ---- */

static bool omits_bias(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    ib_op_clear_row(&m[ROW], 0);
    return true;
}

static bool stays_linear(struct ib_op_args *args, struct ib_expected *m)
{
    const bool applies = args->kind != LINEAR;
    (void)m;
    args->kind = LINEAR;
    return applies;
}

static bool drops_last_term(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint64_t i = 0; i < m[X].rows && m[X].cols > 0; i++)
        *ib_op_at(&m[X], i, m[X].cols - 1) = 0;
    if (m[W].rows > 0)
        ib_op_clear_row(&m[W], m[W].rows - 1);
    return m[X].cols > 1;
}

static const struct ib_op_mutant mutants[] = {
    {omits_bias, "the bias row is not added", false},
    {stays_linear, "the activation is not applied", false},
    {drops_last_term, "omits the last term of each sum: off by one", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_layer = {
    IB_OPERATION_NAME(layer),
    .joined = true,
    .kinds = kinds,
    .n_operands = OPERANDS,
    .operand =
        {[X] = {"X", IB_READS}, [W] = {"W", IB_READS}, [ROW] = {"row", IB_READS}, [OUT] = {"OUT", IB_WRITES}},
    .fits = fits,
    .call = call,
    .flops = flops,
    .reference = reference,
    .cases = cases,
    .work = work,
    .mutants = mutants,
};
