/* Row i of B (m x n) = row INDEX[first + i] of A; INDEX is 1 x l of row numbers. */
#include "ops/op_case.h"

enum { A, INDEX, B };

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    return v[A].cols == v[B].cols && v[INDEX].rows == 1 && v[INDEX].type == IB_U32 &&
           args->first <= v[INDEX].cols && v[B].rows <= v[INDEX].cols - args->first;
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->gather_rows(state, args->first, &v[A], &v[INDEX], &v[B]);
}

static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t i = 0; i < m[B].rows; i++)
        for (uint64_t j = 0; j < m[B].cols; j++)
            *ib_op_at(&m[B], i, j) = *ib_op_at(&m[A], (uint64_t)m[INDEX].at[args->first + i], j);
}

/* Only the rows that are taken are read, with their numbers; B is written. */
static double bytes(const struct ib_op_args *args, const struct ib_view *v)
{
    const double elements = (double)v[B].rows * (double)v[B].cols;
    (void)args;
    return 2 * elements * (double)ib_dtype_bytes(v[B].type) + (double)v[B].rows * sizeof(uint32_t);
}

/* Takes `rows` rows from place `first` of an index that is a little longer. */
static void visit(struct ib_op_test t, struct ib_op_shape a, enum ib_fill fill, uint64_t first, uint64_t rows,
                  struct ib_visitor *v)
{
    const struct ib_op_shape index = {1, first + rows + 2, 0}, b = {a.rows ? rows : 0, a.cols, a.pad};
    t.args.first = a.rows ? first : 0;
    t.n_operands = 3;
    t.operand[A] = (struct ib_operand){a, fill, false};
    t.operand[INDEX] = (struct ib_operand){index, IB_FILL_ROWS, false};
    t.operand[B] = (struct ib_operand){b, IB_FILL_UNSET, false};
    v->visit(v, &t);
}

static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    static const enum ib_fill fills[] = {IB_FILL_REAL, IB_FILL_NAN, IB_FILL_INFINITY};
    static const uint64_t firsts[] = {0, 5};
    for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++) {
        const struct ib_op_shape a = ib_op_shape_at(i);
        for (size_t f = 0; f < IB_COUNT(firsts); f++)
            for (size_t k = 0; k < IB_COUNT(ib_op_rows); k++)
                visit(*start, a, fills[0], firsts[f], ib_op_rows[k], v);
        for (size_t f = 1; f < IB_COUNT(fills); f++)
            visit(*start, a, fills[f], firsts[f % 2], a.rows, v);
    }
    for (size_t i = 0; i < ib_op_large_count(v, true); i++)
        visit(*start, ib_op_large[i], IB_FILL_REAL, 3, ib_op_large[i].rows, v);
    visit(*start, (struct ib_op_shape){7, 3, 0}, IB_FILL_REAL, 70001, 7, v); /* far into the index */
}

/* ---- mistakes ---- */

static bool ignores_index(struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t i = 0; i < m[INDEX].cols && m[A].rows > 0; i++)
        m[INDEX].at[i] = i % m[A].rows;
    (void)args;
    return m[B].rows > 1;
}

static bool ignores_first(struct ib_op_args *args, struct ib_expected *m)
{
    const bool shows = args->first != 0 && m[B].rows > 0;
    args->first = 0;
    return shows;
}

static bool counts_from_one(struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t i = 0; i < m[INDEX].cols && m[A].rows > 0; i++)
        m[INDEX].at[i] = m[INDEX].at[i] > 0 ? m[INDEX].at[i] - 1 : m[A].rows - 1;
    (void)args;
    return m[B].rows > 0 && m[A].rows > 1;
}

static bool reverses(struct ib_op_args *args, struct ib_expected *m)
{
    for (uint64_t i = 0; i < m[B].rows / 2; i++) {
        long double *a = &m[INDEX].at[args->first + i], *b = &m[INDEX].at[args->first + m[B].rows - 1 - i];
        const long double kept = *a;
        *a = *b;
        *b = kept;
    }
    return m[B].rows > 1;
}

static const struct ib_op_mutant mutants[] = {
    {ignores_index, "ignores INDEX: the rows come in the order of A", false},
    {ignores_first, "ignores `first`: always takes the beginning of INDEX", false},
    {counts_from_one, "counts rows from 1, not from 0", false},
    {reverses, "the rows of B are in reverse", false},
    {NULL, NULL, false},
};

const struct ib_operation ib_operation_gather_rows = {
    IB_OPERATION_NAME(gather_rows),
    .n_operands = 3,
    .operand = {{"A", IB_READS}, {"INDEX", IB_READS | IB_ROW_NUMBERS}, {"B", IB_WRITES}},
    .fits = fits,
    .call = call,
    .bytes = bytes,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
};
