/* The operations of the contract (struct ib_tensor_ops). Each is described once, by a file and a line of
 * operations.def. Dispatch, the transfer log and opcheck use only its descriptor. */
#ifndef IB_OPS_OPERATION_H
#define IB_OPS_OPERATION_H

#include "base/text.h"

/* In the order of operations.def, followed by everything else that moves data, for the transfer log. */
enum ib_op {
#define IB_OPERATION(constant, name) IB_OP_##constant,
#include "ops/operations.def"
#undef IB_OPERATION
    IB_OPERATION_COUNT,
    IB_OP_STEPS = IB_OPERATION_COUNT, /* one or more fused training steps */
    IB_OP_FORWARD,                    /* a fused prediction */
    IB_OP_PLACE,                      /* upload ahead of use */
    IB_OP_READ,                       /* download for the harness itself */
    IB_OP_OTHER,                      /* an operation of another build of the harness */
    IB_OP_COUNT
};
extern const struct ib_word ib_op_words[];

enum { IB_MAX_OPERANDS = 2 * IB_MAX_PAIRS };

/* How an operation uses an operand. */
enum ib_access {
    IB_READS = 1,
    IB_WRITES = 2,
    IB_READS_IF_BETA = 4, /* reads it if beta is not 0 */
    IB_OPTIONAL = 8,      /* its view has p == NULL if it is not wanted */
    IB_ROW_NUMBERS = 16   /* its type is IB_U32 */
};

/* The scalar arguments of a call. Those that an operation does not use are neutral: false, 0, alpha 1, beta
 * 0. */
struct ib_op_args {
    bool transpose_a, transpose_b;
    int kind;           /* enum ib_act, 0 for none, or enum ib_loss */
    double alpha, beta; /* of optimisers: the learning rate, and the momentum or beta1 */
    double beta2, epsilon;
    uint64_t first; /* of gather_rows */
};

/* A dense matrix of long double, as used by the references. at == NULL: the operand is missing. */
struct ib_expected {
    uint64_t rows, cols;
    long double *at;
};

struct ib_op_test;
struct ib_visitor;

/* A mistake that an implementation might make, for opcheck to recognise in a wrong result. */
struct ib_op_mutant {
    /* Changes the call so that the reference makes the mistake; returns false if it cannot show in this
     * call. */
    bool (*change)(struct ib_op_args *, struct ib_expected *operands);
    const char *text; /* "ignores alpha"; NULL ends a list */
    bool by_column;   /* the result is also stored column by column */
};

/* A property of a test that may distinguish wrong results from right ones. */
struct ib_op_condition {
    bool (*applies)(const struct ib_op_test *);
    const char *text; /* "with A transposed", printed after "only"; NULL ends a list */
};
enum { IB_OP_CONDITIONS_MAX = 4 }; /* per operation */

struct ib_operation {
    const char *name;            /* of its member in struct ib_tensor_ops */
    size_t member;               /* the member's offset */
    const struct ib_word *kinds; /* values of args.kind; NULL: unused */
    bool joined;                 /* does what others do one after another, and may take their place */
    const char *yields;          /* prefix of a kind in messages: "the gradient of "; NULL: none */
    /* The number of values that results are means of, if operand 0 is rows x cols; NULL: they are no means.
     */
    long double (*averaged)(const struct ib_op_args *, uint64_t rows, uint64_t cols);
    uint32_t n_operands;
    struct {
        const char *name;
        unsigned access; /* enum ib_access */
    } operand[IB_MAX_OPERANDS];
    /* Returns true if the shapes match. Views of missing operands are zeroed. */
    bool (*fits)(const struct ib_op_args *, const struct ib_view *operands);
    /* Calls the operation of an implementation. */
    enum ib_status (*call)(const struct ib_tensor_ops *, void *state, const struct ib_op_args *,
                           const struct ib_view *operands);

    /* Computes the operands' values after the call. Shares no code with any implementation. */
    void (*reference)(const struct ib_op_args *, struct ib_expected *operands);
    /* Completes copies of `start`, which sets operation and type, and passes each to the visitor. */
    void (*cases)(const struct ib_op_test *start, struct ib_visitor *);
    /* Additions and multiplications that no implementation can do without (an exponential is one): for each
     * element of the largest operand, or by the function if there is one. */
    double flops_per_element;
    double (*flops)(const struct ib_op_args *, const struct ib_view *operands);
    /* The bytes that it reads and writes at least; NULL: each operand once. */
    double (*bytes)(const struct ib_op_args *, const struct ib_view *operands);
    /* The number of multiplications of a test; NULL: the number of its operands' elements. */
    double (*work)(const struct ib_op_test *);
    const struct ib_op_mutant *mutants;       /* NULL: none */
    const struct ib_op_condition *conditions; /* likewise, at most IB_OP_CONDITIONS_MAX */
};

/* Initializes the first two fields of a descriptor. */
#define IB_OPERATION_NAME(field) .name = #field, .member = offsetof(struct ib_tensor_ops, field)

#define IB_OPERATION(constant, name) extern const struct ib_operation ib_operation_##name;
#include "ops/operations.def"
#undef IB_OPERATION

extern const struct ib_operation *const ib_operations[IB_OPERATION_COUNT]; /* by enum ib_op */

/* Returns an operation by name; NULL if there is none. */
const struct ib_operation *ib_operation_find(const char *name);

/* Returns true if the table implements the operation. The table may be NULL, or older and shorter than this
 * header's. */
bool ib_operation_offered(const struct ib_operation *, const struct ib_tensor_ops *);

/* What a call does at least: flops as above, and each operand read or written once. */
struct ib_op_cost {
    double flops, bytes;
};
struct ib_op_cost ib_operation_cost(const struct ib_operation *, const struct ib_op_args *,
                                    const struct ib_view *operands);

/* Returns IB_READS and IB_WRITES of an operand for these scalar arguments. */
unsigned ib_operation_access(const struct ib_operation *, const struct ib_op_args *, uint32_t operand);

#endif
