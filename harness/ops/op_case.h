/* Test cases of operations: the operands' contents, the arguments of the call, and the required accuracy.
 * Each operation builds its own from the shapes and bounds below. */
#ifndef IB_OPS_OP_CASE_H
#define IB_OPS_OP_CASE_H

#include "core/products.h"
#include "ops/operation.h"

#include <float.h>

/* The contents of an operand before the call. */
enum ib_fill {
    IB_FILL_EXACT,    /* 0 and small powers of two of both signs: every sum of products is exact in f32 */
    IB_FILL_REAL,     /* uniform in (-1, 1) */
    IB_FILL_POSITIVE, /* uniform in (0, 1): sums grow, and small terms are lost */
    IB_FILL_WIDE,     /* uniform in (-4, 4); one in five is up to 250 times larger */
    IB_FILL_KEPT,     /* of both signs, in [1, 2), with all the bits of mantissa that products keep */
    IB_FILL_LABELS,   /* 0 and 1 */
    IB_FILL_ONE_HOT,  /* a single 1 in each row, else 0 */
    IB_FILL_ZERO,
    IB_FILL_ONE,      /* 1 */
    IB_FILL_COUNT,    /* 37: a number of steps */
    IB_FILL_ROWS,     /* numbers of rows of operand 0 */
    IB_FILL_NAN,      /* IB_FILL_EXACT with one NaN */
    IB_FILL_INFINITY, /* IB_FILL_EXACT with one infinity */
    IB_FILL_UNSET     /* all NaN: must not be read */
};

struct ib_op_shape {
    uint64_t rows, cols, pad; /* pad: elements between rows */
};

struct ib_operand {
    struct ib_op_shape shape;
    enum ib_fill fill;
    bool is_first; /* shares the memory of operand 0 */
};

struct ib_op_test {
    const struct ib_operation *operation;
    enum ib_dtype type;
    struct ib_op_args args;
    uint32_t n_operands; /* the last may be missing if it is IB_OPTIONAL */
    struct ib_operand operand[IB_MAX_OPERANDS];
    double tolerance; /* |got - expected| <= tolerance * max(|expected|, scale); 0: exact */
    double scale;
    int kept_bits;        /* of IB_FILL_KEPT */
    bool sync_first;      /* for diagnosis: sync before the results are downloaded */
    bool harmless_guards; /* for diagnosis: guard zones without NaN, to make stray reads harmless */
};

/* A test of an operation in a type, without operands yet. */
struct ib_op_test ib_op_test_start(const struct ib_operation *, enum ib_dtype);

/* "C": an operand's name. */
const char *ib_op_test_operand(const struct ib_op_test *, uint32_t operand);
/* The type of its elements. */
enum ib_dtype ib_op_test_type(const struct ib_op_test *, uint32_t operand);
/* Returns true if the operation writes this operand, or one that shares its memory. */
bool ib_op_test_writes(const struct ib_op_test *, uint32_t operand);

/* Receives the test cases of an operation. */
struct ib_visitor {
    bool quick; /* omit the largest sizes, for implementations a thousand times slower than a CPU */
    enum ib_products products; /* those of f32 need only this accuracy */
    uint64_t losses;           /* the known ones of ib_loss_is_known */
    void (*visit)(struct ib_visitor *, const struct ib_op_test *);
};

/* Visits every test case of an operation in a type. */
void ib_op_cases_visit(const struct ib_operation *, enum ib_dtype, struct ib_visitor *);

/* ---- for the operations: sizes and bounds ---- */

#define IB_COUNT(array) (sizeof(array) / sizeof *(array))

/* Awkward sizes: zero, one, sizes around the widths of vectors and blocks, and a prime. */
static const uint64_t ib_op_rows[] = {0, 1, 31, 33, 257};
static const uint64_t ib_op_cols[] = {1, 2, 6, 33};
static const uint64_t ib_op_pads[] = {0, 3};

/* Sizes at which code stops early that has a thread for each element and no loop: more columns than a block
 * has threads, more rows than 65,535 (the most blocks in one dimension of a grid), over a million elements.
 */
static const struct ib_op_shape ib_op_large[] = {{3, 4099, 3}, {70001, 3, 0}, {65551, 2, 3}, {1031, 1033, 0}};

/* How many of them are tried; the last only if it is wanted. */
static inline size_t ib_op_large_count(const struct ib_visitor *v, bool last)
{
    return v->quick ? 1 : IB_COUNT(ib_op_large) - !last;
}

/* Enough rows for a plain f32 sum to fail. */
enum { IB_MANY_ROWS = 1000000, IB_QUICK_MANY_ROWS = 200000 };

static inline uint64_t ib_op_many_rows(const struct ib_visitor *v)
{
    return v->quick ? IB_QUICK_MANY_ROWS : IB_MANY_ROWS;
}

/* The allowed error of a careful elementwise formula. */
static inline double ib_op_rounding(enum ib_dtype type)
{
    return 32 * (type == IB_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
}

/* The allowed error of a sum over many rows. */
static inline double ib_op_drift(enum ib_dtype type)
{
    return type == IB_F32 ? 1e-5 : 1e-12;
}

/* The allowed error of a sum of products: what the precision of their factors may cost, or `otherwise`. */
double ib_op_product_error(const struct ib_visitor *, enum ib_dtype, double otherwise);

/* Changes a test so that products are exact, but for the rounding of sums, with the precision of their
 * factors and no less; returns false if that is the type's. Magnitudes are those of sums of 257 terms. */
bool ib_op_keep_bits(const struct ib_visitor *, struct ib_op_test *);

/* All combinations of these rows, columns and pads. */
enum { IB_OP_SHAPE_COUNT = IB_COUNT(ib_op_rows) * IB_COUNT(ib_op_cols) * IB_COUNT(ib_op_pads) };
struct ib_op_shape ib_op_shape_at(size_t index);

/* One row of a matrix of that shape. */
struct ib_op_shape ib_op_row_of(struct ib_op_shape);

/* Visits a test with two operands. */
void ib_op_visit_pair(struct ib_op_test, struct ib_operand first, struct ib_operand second,
                      struct ib_visitor *);

/* ---- for the operations: shared helpers ---- */

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

/* For mutants of several operations. */
bool ib_op_ignore_alpha(struct ib_op_args *, struct ib_expected *);
bool ib_op_negate_alpha(struct ib_op_args *, struct ib_expected *);
void ib_op_clear_row(struct ib_expected *, uint64_t row);

#endif
