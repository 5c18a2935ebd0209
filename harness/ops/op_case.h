/* Test cases of operations: what the operands hold, how the operation is called, and how exact the result
 * must be. Each operation makes its own from the shapes and bounds below. */
#ifndef IB_OPS_OP_CASE_H
#define IB_OPS_OP_CASE_H

#include "ops/operation.h"

#include <float.h>

/* What the cells of an operand hold before the operation. */
enum ib_fill {
    IB_FILL_EXACT,    /* small powers of two, both signs, and 0: every sum of products is exact in f32 */
    IB_FILL_REAL,     /* uniform in (-1, 1) */
    IB_FILL_POSITIVE, /* uniform in (0, 1): sums grow, and small terms get lost */
    IB_FILL_WIDE,     /* uniform in (-4, 4), every fifth one of large magnitude */
    IB_FILL_LABELS,   /* 0 and 1 */
    IB_FILL_ZERO,
    IB_FILL_NAN,      /* IB_FILL_EXACT with one NaN */
    IB_FILL_INFINITY, /* IB_FILL_EXACT with one infinity */
    IB_FILL_UNSET     /* all NaN: must not be read */
};

struct ib_op_shape {
    uint64_t rows, cols, pad; /* pad: elements between the rows */
};

struct ib_operand {
    struct ib_op_shape shape;
    enum ib_fill fill;
    bool is_first; /* the same memory as operand 0 */
};

struct ib_op_test {
    const struct ib_operation *operation;
    enum ib_dtype type;
    struct ib_op_args args;
    uint32_t n_operands; /* the last one may be missing where it is IB_OPTIONAL */
    struct ib_operand operand[IB_MAX_OPERANDS];
    double tolerance; /* |got - expected| <= tolerance * max(|expected|, scale); 0: equal */
    double scale;
    bool waits; /* for diagnoses: a sync before the results are fetched, */
    bool tame;  /* and guard zones that an out-of-bounds read does not spread from */
};

/* A test of an operation in a type, still without operands. */
struct ib_op_test ib_op_test_start(const struct ib_operation *, enum ib_dtype);

/* "C": an operand's name. */
const char *ib_op_test_operand(const struct ib_op_test *, uint32_t operand);
/* Does the operation write this operand, itself or as one that shares its memory? */
bool ib_op_test_writes(const struct ib_op_test *, uint32_t operand);

/* Receives the test cases of an operation. */
struct ib_visitor {
    bool quick; /* without the largest sizes: for what is a thousand times as slow as a processor */
    bool tf32;  /* products of f32 may be as coarse as TF32's */
    void (*visit)(struct ib_visitor *, const struct ib_op_test *);
};

/* Shows every test case of an operation in a type. */
void ib_op_cases_visit(const struct ib_operation *, enum ib_dtype, struct ib_visitor *);

/* ---- for the operations: sizes and bounds ---- */

#define IB_COUNT(array) (sizeof(array) / sizeof *(array))

/* Awkward sizes: none, one, around the widths of vectors and blocks, and a prime. */
static const uint64_t ib_op_rows[] = {0, 1, 31, 33, 257};
static const uint64_t ib_op_cols[] = {1, 2, 6, 33};
static const uint64_t ib_op_pads[] = {0, 3};

/* Rows enough for a plain f32 sum to go wrong. */
enum { IB_MANY_ROWS = 1000000, IB_QUICK_MANY_ROWS = 200000 };

static inline uint64_t ib_op_many_rows(const struct ib_visitor *v)
{
    return v->quick ? IB_QUICK_MANY_ROWS : IB_MANY_ROWS;
}

/* The rounding that a careful elementwise formula may show. */
static inline double ib_op_rounding(enum ib_dtype type)
{
    return 32 * (type == IB_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
}

/* The error that a sum over many rows may show. */
static inline double ib_op_drift(enum ib_dtype type)
{
    return type == IB_F32 ? 1e-5 : 1e-12;
}

/* Every one of these rows, columns and pads with every other. */
enum { IB_OP_SHAPE_COUNT = IB_COUNT(ib_op_rows) * IB_COUNT(ib_op_cols) * IB_COUNT(ib_op_pads) };
struct ib_op_shape ib_op_shape_at(size_t index);

/* One row as wide as a matrix of that shape. */
struct ib_op_shape ib_op_row_of(struct ib_op_shape);

/* Shows a test with two operands, in their order. */
void ib_op_visit_pair(struct ib_op_test, struct ib_operand first, struct ib_operand second,
                      struct ib_visitor *);

/* ---- for the operations: what several of them share ---- */

bool ib_op_same_shape(const struct ib_view *, const struct ib_view *);
bool ib_op_is_row_of(const struct ib_view *row, const struct ib_view *matrix);

static inline uint64_t ib_op_size(const struct ib_expected *m)
{
    return m->rows * m->cols;
}

static inline long double *ib_op_at(const struct ib_expected *m, uint64_t i, uint64_t j)
{
    return &m->at[i * m->cols + j];
}

long double ib_op_sigmoid(long double);

/* Mutants that several operations have. */
bool ib_op_ignore_alpha(struct ib_op_args *, struct ib_expected *);
void ib_op_clear_row(struct ib_expected *, uint64_t row);

#endif
