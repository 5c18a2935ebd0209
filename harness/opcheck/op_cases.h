/* The trials of each operation: which sizes, which data, how exact. */
#ifndef IB_OPCHECK_OP_CASES_H
#define IB_OPCHECK_OP_CASES_H

#include "opcheck/op_test.h"

#include <float.h>

/* Awkward sizes: nothing, one, around the widths of vectors and blocks, and a prime. */
static const uint64_t row_counts[] = {0, 1, 31, 33, 257};
static const uint64_t col_counts[] = {1, 2, 6, 33};
static const uint64_t pads[] = {0, 3};

/* Rows enough for a plain f32 sum to go wrong. */
enum { MANY_ROWS = 1000000, QUICK_MANY_ROWS = 200000 };

static inline uint64_t many_rows(const struct ib_visitor *v)
{
    return v->quick ? QUICK_MANY_ROWS : MANY_ROWS;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The rounding that a careful elementwise formula may show. */
static inline double rounding(enum ib_dtype type)
{
    return 32 * (type == IB_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
}

/* The error that a sum over many rows may show. */
static inline double drift(enum ib_dtype type)
{
    return type == IB_F32 ? 1e-5 : 1e-12;
}

void ib_op_cases_gemm(const struct ib_op_test *start, struct ib_visitor *);
void ib_op_cases_add_row(const struct ib_op_test *start, struct ib_visitor *);
void ib_op_cases_act(const struct ib_op_test *start, struct ib_visitor *);
void ib_op_cases_act_grad(const struct ib_op_test *start, struct ib_visitor *);
void ib_op_cases_loss_grad(const struct ib_op_test *start, struct ib_visitor *);
void ib_op_cases_col_sum(const struct ib_op_test *start, struct ib_visitor *);
void ib_op_cases_axpy(const struct ib_op_test *start, struct ib_visitor *);

#endif
