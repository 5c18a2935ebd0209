#include "opcheck/op_cases.h"

/* One product, without its transposes: op(A) m x k, op(B) k x n. */
struct product {
    uint64_t m, n, k, pad;
    enum ib_fill a, b;
};

static void visit_product(struct ib_op_test c, struct product p, bool transpose_a, bool transpose_b,
                          struct ib_visitor *v)
{
    const enum ib_fill before = c.beta == 0 ? IB_FILL_UNSET : IB_FILL_EXACT;
    c.n_operands = 3;
    c.transpose_a = transpose_a;
    c.transpose_b = transpose_b;
    c.operand[0] =
        (struct ib_operand){"A", transpose_a ? p.k : p.m, transpose_a ? p.m : p.k, p.pad, .fill = p.a};
    c.operand[1] =
        (struct ib_operand){"B", transpose_b ? p.n : p.k, transpose_b ? p.k : p.n, p.pad, .fill = p.b};
    c.operand[2] = (struct ib_operand){"C", p.m, p.n, p.pad, .fill = before, .written = true};
    v->visit(v, &c);
}

static void visit_transposes(struct ib_op_test c, struct product p, struct ib_visitor *v)
{
    visit_product(c, p, false, false, v);
    visit_product(c, p, false, true, v);
    visit_product(c, p, true, false, v);
    visit_product(c, p, true, true, v);
}

/* One shape with several scalars, with and without gaps between the rows. */
static void visit_scalars(struct ib_op_test c, struct product p, struct ib_visitor *v)
{
    static const struct {
        double alpha, beta;
        uint64_t pad;
    } variants[] = {{1, 0, 0}, {-0.5, 0, 3}, {2, 1, 0}, {1, -2, 3}};
    for (size_t i = 0; i < COUNT(variants); i++) {
        c.alpha = variants[i].alpha;
        c.beta = variants[i].beta;
        p.pad = variants[i].pad;
        visit_transposes(c, p, v);
    }
}

static void visit_shapes(struct ib_op_test c, struct ib_visitor *v)
{
    static const uint64_t inner[] = {0, 1, 6, 33, 257};
    enum { QUICK_PRODUCTS = 300000 };
    for (size_t m = 0; m < COUNT(row_counts); m++)
        for (size_t n = 0; n < COUNT(col_counts); n++)
            for (size_t k = 0; k < COUNT(inner); k++) {
                const struct product p = {row_counts[m], col_counts[n], inner[k], 0,
                                          IB_FILL_EXACT, IB_FILL_EXACT};
                if (!v->quick || p.m * p.n * p.k <= QUICK_PRODUCTS)
                    visit_scalars(c, p, v);
            }
}

/* NaN and infinity come through, also where the other factor is 0, and so does a NaN in C where beta is not
 * 0. */
static void visit_not_finite(struct ib_op_test c, struct ib_visitor *v)
{
    static const enum ib_fill fills[][2] = {
        {IB_FILL_NAN, IB_FILL_EXACT},      {IB_FILL_EXACT, IB_FILL_NAN}, {IB_FILL_NAN, IB_FILL_ZERO},
        {IB_FILL_ZERO, IB_FILL_NAN},       {IB_FILL_NAN, IB_FILL_NAN},   {IB_FILL_INFINITY, IB_FILL_ZERO},
        {IB_FILL_INFINITY, IB_FILL_EXACT},
    };
    static const uint64_t sizes[][3] = {{1, 1, 1}, {33, 1, 31}, {31, 6, 1}, {33, 6, 257}, {6, 33, 33}};
    for (size_t f = 0; f < COUNT(fills); f++)
        for (size_t s = 0; s < COUNT(sizes); s++)
            visit_transposes(
                c, (struct product){sizes[s][0], sizes[s][1], sizes[s][2], 0, fills[f][0], fills[f][1]}, v);
    c.n_operands = 3;
    c.beta = 1;
    c.operand[0] = (struct ib_operand){"A", 33, 31, 0, .fill = IB_FILL_EXACT};
    c.operand[1] = (struct ib_operand){"B", 31, 6, 0, .fill = IB_FILL_EXACT};
    c.operand[2] = (struct ib_operand){"C", 33, 6, 0, .fill = IB_FILL_NAN, .written = true};
    v->visit(v, &c);
}

/* Where factors keep 10 bits of mantissa each, a product may be off by 2^-9. */
static const double tf32_tolerance = 0.01;

static double product_tolerance(const struct ib_visitor *v, enum ib_dtype type, double otherwise)
{
    return v->tf32 && type == IB_F32 ? tf32_tolerance : otherwise;
}

/* Data that must be rounded: arithmetic below the type's own precision shows here, and sums that drift. */
static void visit_inexact(struct ib_op_test c, struct ib_visitor *v)
{
    c.tolerance = product_tolerance(v, c.type, rounding(c.type));
    c.scale = 4; /* sqrt(k) / 4: how large the sum of k such products usually is */
    visit_transposes(c, (struct product){33, 33, 257, 0, IB_FILL_REAL, IB_FILL_REAL}, v);
    c.tolerance = product_tolerance(v, c.type, drift(c.type));
    visit_product(c, (struct product){3, 1, many_rows(v), 0, IB_FILL_POSITIVE, IB_FILL_POSITIVE}, true, false,
                  v);
    visit_product(c, (struct product){3, 2, many_rows(v), 0, IB_FILL_POSITIVE, IB_FILL_POSITIVE}, true, false,
                  v);
}

void ib_op_cases_gemm(const struct ib_op_test *start, struct ib_visitor *v)
{
    visit_shapes(*start, v);
    visit_not_finite(*start, v);
    visit_inexact(*start, v);
}
