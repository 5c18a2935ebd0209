#include "ops/op_case.h"

#include <math.h>
#include <string.h>

struct ib_op_test ib_op_test_start(const struct ib_operation *operation, enum ib_dtype type)
{
    return (struct ib_op_test){.operation = operation, .type = type, .args.alpha = 1, .scale = 1};
}

const char *ib_op_test_operand(const struct ib_op_test *t, uint32_t operand)
{
    return t->operation->operand[operand].name;
}

enum ib_dtype ib_op_test_type(const struct ib_op_test *t, uint32_t operand)
{
    return t->operation->operand[operand].access & IB_ROW_NUMBERS ? IB_U32 : t->type;
}

bool ib_op_test_writes(const struct ib_op_test *t, uint32_t operand)
{
    bool writes = t->operation->operand[operand].access & IB_WRITES;
    for (uint32_t i = 0; i < t->n_operands && operand == 0; i++)
        writes = writes || (t->operand[i].is_first && t->operation->operand[i].access & IB_WRITES);
    return writes;
}

void ib_op_cases_visit(const struct ib_operation *operation, enum ib_dtype type, struct ib_visitor *visitor)
{
    const struct ib_op_test start = ib_op_test_start(operation, type);
    operation->cases(&start, visitor);
}

struct ib_op_shape ib_op_shape_at(size_t index)
{
    const size_t row = index / (IB_COUNT(ib_op_cols) * IB_COUNT(ib_op_pads));
    const size_t col = index / IB_COUNT(ib_op_pads) % IB_COUNT(ib_op_cols);
    return (struct ib_op_shape){ib_op_rows[row], ib_op_cols[col], ib_op_pads[index % IB_COUNT(ib_op_pads)]};
}

struct ib_op_shape ib_op_row_of(struct ib_op_shape s)
{
    return (struct ib_op_shape){1, s.cols, s.pad};
}

void ib_op_visit_pair(struct ib_op_test t, struct ib_operand first, struct ib_operand second,
                      struct ib_visitor *v)
{
    t.n_operands = 2;
    t.operand[0] = first;
    t.operand[1] = second;
    v->visit(v, &t);
}

/* A factor is off by a unit in its last place if it may be cut off, else by half of one; and there are two.
 */
double ib_op_product_error(const struct ib_visitor *v, enum ib_dtype type, double otherwise)
{
    enum { PRODUCT_ERRORS = 5 };
    const struct ib_product_format *format = ib_product_format(v->products);
    if (v->products == IB_PRODUCTS_F32 || type == IB_F64)
        return otherwise;
    return PRODUCT_ERRORS * ldexp(format->cut_off ? 2 : 1, -format->bits);
}

/* A bit less and half of the factors are off by 2^-bits, sums of 257 products by 24 times that; tensor cores
 * cut their sums off, which is far less. */
bool ib_op_keep_bits(const struct ib_visitor *v, struct ib_op_test *t)
{
    enum { MAGNITUDE = 32, SAFETY_BITS = 3 };
    if (v->products == IB_PRODUCTS_F32 || t->type == IB_F64)
        return false;
    t->kept_bits = ib_product_format(v->products)->bits;
    t->tolerance = ldexp(1, -t->kept_bits - SAFETY_BITS);
    t->scale = MAGNITUDE;
    return true;
}

bool ib_op_same_shape(const struct ib_view *a, const struct ib_view *b)
{
    return a->rows == b->rows && a->cols == b->cols;
}

bool ib_op_is_row_of(const struct ib_view *row, const struct ib_view *matrix)
{
    return row->rows == 1 && row->cols == matrix->cols;
}

long double ib_op_sigmoid(long double x)
{
    const long double e = expl(-fabsl(x));
    return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

bool ib_op_ignore_alpha(struct ib_op_args *args, struct ib_expected *m)
{
    const bool applies = args->alpha != 1;
    (void)m;
    args->alpha = 1;
    return applies;
}

bool ib_op_negate_alpha(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    args->alpha = -args->alpha;
    return args->alpha != 0;
}

void ib_op_clear_row(struct ib_expected *m, uint64_t row)
{
    memset(ib_op_at(m, row, 0), 0, m->cols * sizeof *m->at);
}
