/* The trials of all operations but gemm: a matrix, what is added to it, what is summed over it. */
#include "opcheck/op_cases.h"

/* Every shape of the first operand, with every gap. */
struct shape {
    uint64_t rows, cols, pad;
};

enum { SHAPE_COUNT = COUNT(row_counts) * COUNT(col_counts) * COUNT(pads) };

static struct shape shape_at(size_t index)
{
    const size_t row = index / (COUNT(col_counts) * COUNT(pads)),
                 col = index / COUNT(pads) % COUNT(col_counts);
    return (struct shape){row_counts[row], col_counts[col], pads[index % COUNT(pads)]};
}

static struct ib_operand operand(const char *name, struct shape s, enum ib_fill fill, bool written)
{
    return (struct ib_operand){name, s.rows, s.cols, s.pad, fill, written, .is_first = false};
}

static struct shape row_of(struct shape s)
{
    return (struct shape){1, s.cols, s.pad};
}

/* An operation on two operands, the second of which it writes. */
static void visit_pair(struct ib_op_test c, struct ib_operand first, struct ib_operand second,
                       struct ib_visitor *v)
{
    c.n_operands = 2;
    c.operand[0] = first;
    c.operand[1] = second;
    v->visit(v, &c);
}

void ib_op_cases_add_row(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[][2] = {
        {IB_FILL_EXACT, IB_FILL_EXACT}, {IB_FILL_NAN, IB_FILL_EXACT}, {IB_FILL_EXACT, IB_FILL_NAN}};
    for (size_t f = 0; f < COUNT(fills); f++)
        for (size_t i = 0; i < SHAPE_COUNT; i++) {
            const struct shape s = shape_at(i);
            visit_pair(*start, operand("row", row_of(s), fills[f][0], false),
                       operand("M", s, fills[f][1], true), v);
        }
    struct ib_op_test real = *start;
    real.tolerance = rounding(real.type);
    const struct shape s = {33, 6, 3};
    visit_pair(real, operand("row", row_of(s), IB_FILL_REAL, false), operand("M", s, IB_FILL_REAL, true), v);
}

void ib_op_cases_col_sum(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[] = {IB_FILL_EXACT, IB_FILL_NAN, IB_FILL_INFINITY};
    for (size_t f = 0; f < COUNT(fills); f++)
        for (size_t i = 0; i < SHAPE_COUNT; i++) {
            const struct shape s = shape_at(i);
            visit_pair(*start, operand("M", s, fills[f], false),
                       operand("row", row_of(s), IB_FILL_UNSET, true), v);
        }
    struct ib_op_test many = *start;
    many.tolerance = drift(many.type);
    /* Long sums, and wider ones whose partial sums are many again. */
    const struct shape long_ones[] = {{many_rows(v), 1, 0}, {many_rows(v), 2, 0}, {66000, 17, 0}};
    for (size_t i = 0; i < COUNT(long_ones); i++) {
        const struct shape s = long_ones[i];
        visit_pair(many, operand("M", s, IB_FILL_POSITIVE, false),
                   operand("row", row_of(s), IB_FILL_UNSET, true), v);
    }
}

/* NaN times 0 is left out: a BLAS may take alpha = 0 for "nothing to add". */
void ib_op_cases_axpy(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const double alphas[] = {1, -0.5, 0};
    struct ib_op_test c = *start;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        const struct ib_operand x = operand("X", shape_at(i), IB_FILL_EXACT, false);
        const struct ib_operand y = operand("Y", shape_at(i), IB_FILL_EXACT, true);
        const struct ib_operand x_nan = operand("X", shape_at(i), IB_FILL_NAN, false);
        const struct ib_operand y_nan = operand("Y", shape_at(i), IB_FILL_NAN, true);
        for (size_t a = 0; a < COUNT(alphas); a++) {
            c.alpha = alphas[a];
            visit_pair(c, x, y, v);
            visit_pair(c, x, y_nan, v);
            if (c.alpha != 0)
                visit_pair(c, x_nan, y, v);
        }
    }
    const struct shape s = {33, 6, 3};
    c.alpha = -0.01; /* no power of two, as learning rates are */
    c.tolerance = rounding(c.type);
    visit_pair(c, operand("X", s, IB_FILL_REAL, false), operand("Y", s, IB_FILL_REAL, true), v);
}

/* relu is exact; what the others round depends on the library's functions. */
static struct ib_op_test trial_of_act(const struct ib_op_test *start, enum ib_act kind)
{
    struct ib_op_test c = *start;
    c.kind = (int)kind;
    c.tolerance = kind == IB_RELU ? 0 : rounding(c.type);
    return c;
}

void ib_op_cases_act(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[] = {IB_FILL_EXACT, IB_FILL_WIDE, IB_FILL_NAN, IB_FILL_INFINITY};
    for (enum ib_act kind = IB_RELU; kind <= IB_SIGMOID; kind++) {
        struct ib_op_test c = trial_of_act(start, kind);
        c.n_operands = 1;
        for (size_t f = 0; f < COUNT(fills); f++)
            for (size_t i = 0; i < SHAPE_COUNT; i++) {
                c.operand[0] = operand("M", shape_at(i), fills[f], true);
                v->visit(v, &c);
            }
    }
}

/* Y of IB_FILL_REAL lies where outputs of tanh and sigmoid do; that of IB_FILL_ZERO is where relu is flat. */
void ib_op_cases_act_grad(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[][2] = {
        {IB_FILL_REAL, IB_FILL_REAL}, {IB_FILL_EXACT, IB_FILL_EXACT}, {IB_FILL_ZERO, IB_FILL_NAN}};
    for (enum ib_act kind = IB_RELU; kind <= IB_SIGMOID; kind++)
        for (size_t f = 0; f < COUNT(fills); f++)
            for (size_t i = 0; i < SHAPE_COUNT; i++)
                visit_pair(trial_of_act(start, kind), operand("Y", shape_at(i), fills[f][0], false),
                           operand("dY", shape_at(i), fills[f][1], true), v);
}

/* One loss, with dZ apart and in Z's place, with and without the number itself. */
static void visit_loss(struct ib_op_test c, struct shape s, enum ib_fill z, enum ib_fill y,
                       struct ib_visitor *v)
{
    const double count = (double)(s.rows * s.cols);
    c.scale = count == 0 ? 1 : 1 / count;
    c.operand[1] = operand("Y", s, y, false);
    c.operand[3] = operand("loss", (struct shape){1, 1, 0}, IB_FILL_UNSET, true);
    for (c.n_operands = 3; c.n_operands <= 4; c.n_operands++) {
        c.operand[0] = operand("Z", s, z, false);
        c.operand[2] = operand("dZ", s, IB_FILL_UNSET, true);
        v->visit(v, &c);
        c.operand[0].written = true;
        c.operand[2].is_first = true;
        v->visit(v, &c);
    }
}

/* A loss over so many rows that a plain f32 sum drifts. */
static void visit_long_loss(struct ib_op_test c, struct ib_visitor *v)
{
    const struct shape s = {many_rows(v), 1, 0};
    c.kind = IB_MSE;
    c.tolerance = drift(c.type);
    c.scale = 1.0 / (double)many_rows(v);
    c.n_operands = 4;
    c.operand[0] = operand("Z", s, IB_FILL_POSITIVE, false);
    c.operand[1] = operand("Y", s, IB_FILL_LABELS, false);
    c.operand[2] = operand("dZ", s, IB_FILL_UNSET, true);
    c.operand[3] = operand("loss", (struct shape){1, 1, 0}, IB_FILL_UNSET, true);
    v->visit(v, &c);
}

void ib_op_cases_loss_grad(const struct ib_op_test *start, struct ib_visitor *v)
{
    struct ib_op_test c = *start;
    for (enum ib_loss kind = IB_HALF_MSE; kind <= IB_BCE; kind++) {
        const enum ib_fill target = kind == IB_BCE ? IB_FILL_LABELS : IB_FILL_REAL;
        c.kind = (int)kind;
        c.tolerance = rounding(c.type);
        for (size_t i = 0; i < SHAPE_COUNT; i++) {
            visit_loss(c, shape_at(i), IB_FILL_WIDE, target, v);
            visit_loss(c, shape_at(i), IB_FILL_NAN, target, v);
        }
    }
    visit_long_loss(*start, v);
}
