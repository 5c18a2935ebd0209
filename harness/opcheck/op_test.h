/* One trial of one operation: what its operands hold, how it is called, and how exactly it must answer. */
#ifndef IB_OPCHECK_OP_TEST_H
#define IB_OPCHECK_OP_TEST_H

#include "opcheck/guarded_buffer.h"

enum { IB_MAX_OPERANDS = 4 };

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

struct ib_operand {
    const char *name;
    uint64_t rows, cols, pad; /* pad: elements between the rows */
    enum ib_fill fill;
    bool written;
    bool is_first; /* the same memory as operand 0 */
};

struct ib_operation;

struct ib_op_test {
    const struct ib_operation *operation;
    enum ib_dtype type;
    uint32_t n_operands; /* trailing ones may be missing, where the operation allows it */
    struct ib_operand operand[IB_MAX_OPERANDS];
    bool transpose_a, transpose_b;
    int kind; /* enum ib_act or enum ib_loss */
    double alpha, beta;
    double tolerance; /* |got - expected| <= tolerance * max(|expected|, scale); 0: equal */
    double scale;
    bool waits; /* a sync before the results are fetched, likewise */
    bool tame;  /* nothing is spoilt by reading beyond an operand: to find out whether that was it */
};

/* A matrix of expected values: dense, in long double. */
struct ib_expected {
    uint64_t rows, cols;
    long double *at;
};

/* Who receives the trials. */
struct ib_visitor {
    bool quick; /* not the largest sizes: for what is a thousand times as slow as a processor */
    bool tf32;  /* products of f32 may be as coarse as TF32's */
    void (*visit)(struct ib_visitor *, const struct ib_op_test *);
};

struct ib_operation {
    const char *name;
    const struct ib_word *kinds; /* what trial.kind means; NULL: nothing */
    bool (*offered)(const struct ib_tensor_ops *);
    enum ib_status (*call)(const struct ib_tensor_ops *, void *state, const struct ib_op_test *,
                           const struct ib_view *);
    /* What must come out, from what goes in: in place. */
    void (*expected)(const struct ib_op_test *, struct ib_expected *);
    /* Fills in copies of `start`, which names the operation and the type, and shows each. */
    void (*trials)(const struct ib_op_test *start, struct ib_visitor *);
};

enum { IB_OPERATION_ACT = 2, IB_OPERATION_COUNT = 7 }; /* act: the one that others are written in */
extern const struct ib_operation ib_operations[IB_OPERATION_COUNT];

/* Shows every trial of an operation for a type. */
void ib_op_cases_visit(const struct ib_operation *, enum ib_dtype, struct ib_visitor *);

/* How an answer can be wrong. */
enum ib_op_test_fault {
    IB_OP_TEST_RIGHT,
    IB_OP_TEST_CELLS,  /* some cells hold another value than expected */
    IB_OP_TEST_INPUT,  /* an operand that is only read was written */
    IB_OP_TEST_AROUND, /* memory around an operand, or between its rows, was written */
    IB_OP_TEST_REPEAT  /* two calls gave different bits, though the same were promised */
};

struct ib_op_test_result {
    enum ib_op_test_fault fault;
    uint32_t operand;      /* the one that shows it */
    const char *name;      /* of that operand */
    uint64_t wrong, cells; /* IB_OP_TEST_CELLS: how many, of how many; and the first of them: */
    uint64_t row, col;
    double got;
    long double expected;
    char text[256]; /* the same in words; "" where the answer is right */
};

/* One run of a trial: its operands in the implementation's memory, and what must come out. */
struct ib_op_test_run {
    const struct ib_instance *instance;
    const struct ib_op_test *trial;
    struct ib_guarded arrays[IB_MAX_OPERANDS];
    struct ib_expected expected[IB_MAX_OPERANDS];
};

/* Is shown each run with its result, while the arrays are still at hand. */
typedef void ib_examine_fn(void *context, const struct ib_op_test_run *, const struct ib_op_test_result *);

/* Runs one trial on an opened implementation; examine may be NULL. A status other than IB_OK: the
 * implementation reported an error. */
enum ib_status ib_op_test_run(const struct ib_instance *, const struct ib_op_test *, ib_examine_fn *examine,
                              void *context, struct ib_op_test_result *out);

/* Written so that a NaN is close to nothing but a NaN. */
bool ib_op_test_close_enough(const struct ib_op_test *, long double expected, long double got);

/* "gemm f32 A transposed alpha 2 beta 1: A 31x33 B 31x6 of a NaN C 33x6": a trial in words. */
void ib_op_test_describe(const struct ib_op_test *, char *text, size_t n);

#endif
