/* C = alpha * op(A) op(B) + beta * C, where op transposes if its flag is set. With beta == 0, C is not
 * read. */
#include "ops/op_case.h"

enum { A, B, C, OPERANDS };

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    const uint64_t m = args->transpose_a ? v[A].cols : v[A].rows;
    const uint64_t k_a = args->transpose_a ? v[A].rows : v[A].cols;
    const uint64_t k_b = args->transpose_b ? v[B].cols : v[B].rows;
    const uint64_t n = args->transpose_b ? v[B].rows : v[B].cols;
    return k_a == k_b && m == v[C].rows && n == v[C].cols;
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->gemm(state, args->transpose_a, args->transpose_b, args->alpha, &v[A], &v[B], args->beta,
                     &v[C]);
}

/* The number of terms in each element of C. */
static uint64_t term_count(const struct ib_op_args *args, const struct ib_expected *m)
{
    return args->transpose_a ? m[A].rows : m[A].cols;
}

static double flops(const struct ib_op_args *args, const struct ib_view *v)
{
    return 2.0 * (double)(args->transpose_a ? v[A].rows : v[A].cols) * (double)v[C].rows * (double)v[C].cols;
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    const uint64_t k = term_count(args, m);
    /* From one term of a sum to the next: */
    const uint64_t a_step = args->transpose_a ? m[A].cols : 1, b_step = args->transpose_b ? 1 : m[B].cols;
    for (uint64_t i = 0; i < m[C].rows; i++)
        for (uint64_t j = 0; j < m[C].cols; j++) {
            const uint64_t a = args->transpose_a ? i : i * m[A].cols;
            const uint64_t b = args->transpose_b ? j * m[B].cols : j;
            long double sum = 0;
            for (uint64_t l = 0; l < k; l++)
                sum += m[A].at[a + l * a_step] * m[B].at[b + l * b_step];
            const long double old = args->beta == 0 ? 0 : args->beta * *ib_op_at(&m[C], i, j);
            *ib_op_at(&m[C], i, j) = args->alpha * sum + old;
        }
}

/* ---- test cases ---- */

/* A product before transposition: op(A) is m x k, op(B) is k x n. */
struct product {
    uint64_t m, n, k, pad;
    enum ib_fill a, b;
};

static void visit_product(struct ib_op_test t, struct product p, bool transpose_a, bool transpose_b,
                          struct ib_visitor *v)
{
    t.n_operands = OPERANDS;
    t.args.transpose_a = transpose_a;
    t.args.transpose_b = transpose_b;
    t.operand[A].shape = (struct ib_op_shape){transpose_a ? p.k : p.m, transpose_a ? p.m : p.k, p.pad};
    t.operand[B].shape = (struct ib_op_shape){transpose_b ? p.n : p.k, transpose_b ? p.k : p.n, p.pad};
    t.operand[C].shape = (struct ib_op_shape){p.m, p.n, p.pad};
    t.operand[A].fill = p.a;
    t.operand[B].fill = p.b;
    t.operand[C].fill = t.args.beta == 0 ? IB_FILL_UNSET : IB_FILL_EXACT;
    v->visit(v, &t);
}

static void visit_transposes(struct ib_op_test t, struct product p, struct ib_visitor *v)
{
    visit_product(t, p, false, false, v);
    visit_product(t, p, false, true, v);
    visit_product(t, p, true, false, v);
    visit_product(t, p, true, true, v);
}

/* Factors, and gaps between the rows. */
static const struct {
    double alpha, beta;
    uint64_t pad;
} scalars[] = {{1, 0, 0}, {-0.5, 0, 3}, {2, 1, 0}, {1, -2, 3}};

static void visit_scaled(struct ib_op_test t, struct product p, size_t index, bool transpose_a,
                         bool transpose_b, struct ib_visitor *v)
{
    t.args.alpha = scalars[index % IB_COUNT(scalars)].alpha;
    t.args.beta = scalars[index % IB_COUNT(scalars)].beta;
    p.pad = scalars[index % IB_COUNT(scalars)].pad;
    visit_product(t, p, transpose_a, transpose_b, v);
}

/* One shape with all of them. */
static void visit_scalars(struct ib_op_test t, struct product p, struct ib_visitor *v)
{
    for (size_t i = 0; i < IB_COUNT(scalars); i++)
        for (int transposes = 0; transposes < 4; transposes++)
            visit_scaled(t, p, i, transposes & 2, transposes & 1, v);
}

static void visit_shapes(struct ib_op_test t, struct ib_visitor *v)
{
    static const uint64_t inner[] = {0, 1, 6, 33, 257};
    enum { QUICK_PRODUCTS = 300000 };
    for (size_t m = 0; m < IB_COUNT(ib_op_rows); m++)
        for (size_t n = 0; n < IB_COUNT(ib_op_cols); n++)
            for (size_t k = 0; k < IB_COUNT(inner); k++) {
                const struct product p = {ib_op_rows[m], ib_op_cols[n], inner[k], 0,
                                          IB_FILL_EXACT, IB_FILL_EXACT};
                if (!v->quick || p.m * p.n * p.k <= QUICK_PRODUCTS)
                    visit_scalars(t, p, v);
            }
}

/* NaN and infinity must propagate, even if the other factor is 0, and so must a NaN in C if beta is not 0. */
static void visit_not_finite(struct ib_op_test t, struct ib_visitor *v)
{
    static const enum ib_fill fills[][2] = {
        {IB_FILL_NAN, IB_FILL_EXACT},      {IB_FILL_EXACT, IB_FILL_NAN}, {IB_FILL_NAN, IB_FILL_ZERO},
        {IB_FILL_ZERO, IB_FILL_NAN},       {IB_FILL_NAN, IB_FILL_NAN},   {IB_FILL_INFINITY, IB_FILL_ZERO},
        {IB_FILL_INFINITY, IB_FILL_EXACT},
    };
    static const uint64_t sizes[][3] = {{1, 1, 1}, {33, 1, 31}, {31, 6, 1}, {33, 6, 257}, {6, 33, 33}};
    for (size_t f = 0; f < IB_COUNT(fills); f++)
        for (size_t s = 0; s < IB_COUNT(sizes); s++)
            visit_transposes(
                t, (struct product){sizes[s][0], sizes[s][1], sizes[s][2], 0, fills[f][0], fills[f][1]}, v);
    t.n_operands = OPERANDS;
    t.args.beta = 1;
    t.operand[A] = (struct ib_operand){{33, 31, 0}, IB_FILL_EXACT, false};
    t.operand[B] = (struct ib_operand){{31, 6, 0}, IB_FILL_EXACT, false};
    t.operand[C] = (struct ib_operand){{33, 6, 0}, IB_FILL_NAN, false};
    v->visit(v, &t);
}

/* Data that requires rounding: reveals arithmetic below the type's precision, and drifting sums. */
static void visit_inexact(struct ib_op_test t, struct ib_visitor *v)
{
    const uint64_t many = ib_op_many_rows(v);
    t.tolerance = ib_op_product_error(v, t.type, ib_op_rounding(t.type));
    t.scale = 4; /* sqrt(k) / 4: the typical magnitude of a sum of k such products */
    visit_transposes(t, (struct product){33, 33, 257, 0, IB_FILL_REAL, IB_FILL_REAL}, v);
    t.tolerance = ib_op_product_error(v, t.type, ib_op_drift(t.type));
    for (uint64_t n = 1; n <= 2; n++)
        visit_product(t, (struct product){3, n, many, 0, IB_FILL_POSITIVE, IB_FILL_POSITIVE}, true, false, v);
}

/* Factors that products of a reduced precision keep as they are, and those of a lower one do not. */
static void visit_kept(struct ib_op_test t, struct ib_visitor *v)
{
    if (ib_op_keep_bits(v, &t))
        visit_transposes(t, (struct product){33, 33, 257, 0, IB_FILL_KEPT, IB_FILL_KEPT}, v);
}

/* Large in one, two and all three sizes; see ib_op_large. With each shape, each transposition has other
 * factors: a product that is large only with some of them is right elsewhere. */
static void visit_large(struct ib_op_test t, struct ib_visitor *v)
{
    static const uint64_t sizes[][3] = {
        {3, 1031, 5},  {1031, 3, 5},  {5, 7, 1031},    {3, 5, 70001},
        {70001, 3, 2}, {3, 70001, 2}, {1031, 1033, 2}, {263, 131, 137},
    };
    enum { QUICK = 3 };
    for (size_t i = 0; i < (v->quick ? (size_t)QUICK : IB_COUNT(sizes)); i++) {
        const struct product p = {sizes[i][0], sizes[i][1], sizes[i][2], 0, IB_FILL_EXACT, IB_FILL_EXACT};
        for (size_t transposes = 0; transposes < 4; transposes++)
            visit_scaled(t, p, i + transposes, transposes & 2, transposes & 1, v);
    }
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    visit_shapes(*start, v);
    visit_large(*start, v);
    visit_not_finite(*start, v);
    visit_inexact(*start, v);
    visit_kept(*start, v);
}

static double work(const struct ib_op_test *t)
{
    const struct ib_op_shape *a = &t->operand[A].shape;
    return (double)(a->rows * a->cols * t->operand[C].shape.cols);
}

/* ---- mutants ---- */

static bool overwrites(struct ib_op_args *args, struct ib_expected *m)
{
    const bool applies = args->beta != 0;
    (void)m;
    args->beta = 0;
    return applies;
}

static bool takes_beta_for_one(struct ib_op_args *args, struct ib_expected *m)
{
    const bool applies = args->beta != 0 && args->beta != 1;
    (void)m;
    args->beta = 1;
    return applies;
}

/* Reads the same memory as a matrix of transposed shape: the effect of both an ignored transpose flag and
 * column-major access. */
static bool read_otherwise(struct ib_expected *m, bool *transpose)
{
    const uint64_t rows = m->rows;
    m->rows = m->cols;
    m->cols = rows;
    *transpose = !*transpose;
    return m->rows > 1 && m->cols > 1;
}

static bool ignores_transpose_a(struct ib_op_args *args, struct ib_expected *m)
{
    return args->transpose_a && read_otherwise(&m[A], &args->transpose_a);
}

static bool ignores_transpose_b(struct ib_op_args *args, struct ib_expected *m)
{
    return args->transpose_b && read_otherwise(&m[B], &args->transpose_b);
}

static bool reads_a_by_column(struct ib_op_args *args, struct ib_expected *m)
{
    return !args->transpose_a && read_otherwise(&m[A], &args->transpose_a);
}

static bool reads_b_by_column(struct ib_op_args *args, struct ib_expected *m)
{
    return !args->transpose_b && read_otherwise(&m[B], &args->transpose_b);
}

static bool reads_both_by_column(struct ib_op_args *args, struct ib_expected *m)
{
    const bool a = read_otherwise(&m[A], &args->transpose_a);
    return read_otherwise(&m[B], &args->transpose_b) && a;
}

static void clear_col(struct ib_expected *m, uint64_t j)
{
    for (uint64_t i = 0; i < m->rows; i++)
        *ib_op_at(m, i, j) = 0;
}

/* Clears both factors, since either may contain a NaN. */
static void clear_term(const struct ib_op_args *args, struct ib_expected *m, uint64_t l)
{
    (args->transpose_a ? ib_op_clear_row : clear_col)(&m[A], l);
    (args->transpose_b ? clear_col : ib_op_clear_row)(&m[B], l);
}

static bool drops_last_term(struct ib_op_args *args, struct ib_expected *m)
{
    const uint64_t k = term_count(args, m);
    if (k > 0)
        clear_term(args, m, k - 1);
    return k > 1;
}

static bool drops_first_term(struct ib_op_args *args, struct ib_expected *m)
{
    const uint64_t k = term_count(args, m);
    if (k > 0)
        clear_term(args, m, 0);
    return k > 1;
}

static bool drops_second_half(struct ib_op_args *args, struct ib_expected *m)
{
    const uint64_t k = term_count(args, m);
    for (uint64_t l = (k + 1) / 2; l < k; l++)
        clear_term(args, m, l);
    return k > 1;
}

static const struct ib_op_mutant mutants[] = {
    {ib_op_ignore_alpha, "ignores alpha", false},
    {overwrites, "ignores beta: C is overwritten instead of added", false},
    {takes_beta_for_one, "ignores beta: C is added as if beta were 1", false},
    {ignores_transpose_a, "ignores that A is transposed", false},
    {ignores_transpose_b, "ignores that B is transposed", false},
    {reads_a_by_column, "reads A column by column, not row by row", false},
    {reads_b_by_column, "reads B column by column, not row by row", false},
    {reads_both_by_column, "reads A and B column by column, not row by row", false},
    {reads_both_by_column, "treats all matrices as column-major; the contract's are row-major", true},
    {drops_last_term, "omits the last term of each sum: off by one", false},
    {drops_first_term, "omits the first term of each sum: off by one", false},
    {drops_second_half, "omits the second half of the terms of each sum", false},
    {NULL, NULL, false},
};

/* ---- conditions ---- */

static bool transposes_a(const struct ib_op_test *t)
{
    return t->args.transpose_a;
}

static bool transposes_b(const struct ib_op_test *t)
{
    return t->args.transpose_b;
}

static bool takes_a_as_it_is(const struct ib_op_test *t)
{
    return !t->args.transpose_a;
}

static const struct ib_op_condition conditions[] = {
    {transposes_a, "with A transposed"},
    {transposes_b, "with B transposed"},
    {takes_a_as_it_is, "with A not transposed"},
    {NULL, NULL},
};

const struct ib_operation ib_operation_gemm = {
    IB_OPERATION_NAME(gemm),
    .n_operands = OPERANDS,
    .operand = {[A] = {"A", IB_READS}, [B] = {"B", IB_READS}, [C] = {"C", IB_WRITES | IB_READS_IF_BETA}},
    .fits = fits,
    .call = call,
    .flops = flops,
    .reference = reference,
    .cases = cases,
    .work = work,
    .mutants = mutants,
    .conditions = conditions,
};
