/* One check of one operation: what its operands hold, how it is called, and how exactly it must answer. */
#ifndef CHECK_H
#define CHECK_H

#include "worker/loader.h"

enum { MAX_OPERANDS = 4 };

/* What the cells of an operand hold before the operation. */
enum fill {
    FILL_EXACT,    /* small powers of two, both signs, and 0: every sum of products is exact in f32 */
    FILL_REAL,     /* uniform in (-1, 1) */
    FILL_POSITIVE, /* uniform in (0, 1): sums grow, and small terms get lost */
    FILL_WIDE,     /* uniform in (-4, 4), every fifth one of large magnitude */
    FILL_LABELS,   /* 0 and 1 */
    FILL_ZERO,
    FILL_NAN,      /* FILL_EXACT with one NaN */
    FILL_INFINITY, /* FILL_EXACT with one infinity */
    FILL_UNSET     /* all NaN: must not be read */
};

struct operand {
    const char *name;
    uint64_t rows, cols, pad; /* pad: elements between the rows */
    enum fill fill;
    bool written;
    bool is_first; /* the same memory as operand 0 */
};

struct operation;

struct check {
    const struct operation *operation;
    enum ib_dtype type;
    uint32_t n_operands; /* trailing ones may be missing, where the operation allows it */
    struct operand operand[MAX_OPERANDS];
    bool transpose_a, transpose_b;
    int kind; /* enum ib_act or enum ib_loss */
    double alpha, beta;
    double tolerance; /* |got - expected| <= tolerance * max(|expected|, scale); 0: equal */
    double scale;
};

/* A matrix of expected values: dense, in long double. */
struct matrix {
    uint64_t rows, cols;
    long double *at;
};

/* Who receives the checks. */
struct visitor {
    bool quick; /* not the largest sizes: for what is a thousand times as slow as a processor */
    void (*visit)(struct visitor *, const struct check *);
};

struct operation {
    const char *name;
    const struct ib_word *kinds; /* what check.kind means; NULL: nothing */
    bool (*offered)(const struct ib_tensor_ops *);
    enum ib_status (*call)(const struct ib_tensor_ops *, void *state, const struct check *,
                           const struct ib_view *);
    /* What must come out, from what goes in: in place. */
    void (*expected)(const struct check *, struct matrix *);
    /* Fills in copies of `start`, which names the operation and the type, and shows each. */
    void (*checks)(const struct check *start, struct visitor *);
};

enum { OPERATION_COUNT = 7 };
extern const struct operation operations[OPERATION_COUNT];

/* Shows every check of an operation for a type. */
void checks_visit(const struct operation *, enum ib_dtype, struct visitor *);

/* Runs one check on an opened implementation. text[n] becomes "" where the answer is right, else what is
 * wrong with it. A status other than IB_OK: the implementation reported an error. */
enum ib_status check_run(const struct ib_instance *, const struct check *, char *text, size_t n);

/* "gemm f32 A transposed alpha 2 beta 1: A 31x33 B 31x6 of a NaN C 33x6": a check in words. */
void check_describe(const struct check *, char *text, size_t n);

#endif
