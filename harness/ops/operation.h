/* The operations of the contract (struct ib_tensor_ops), each described once, in one file and one line of
 * operations.def. Dispatch, the transfer log and opcheck know an operation by its descriptor only. */
#ifndef IB_OPS_OPERATION_H
#define IB_OPS_OPERATION_H

#include "base/text.h"

/* In the order of operations.def; then, for the transfer log, what else moves data. */
enum ib_op {
#define IB_OPERATION(constant, name) IB_OP_##constant,
#include "ops/operations.def"
#undef IB_OPERATION
    IB_OPERATION_COUNT,
    IB_OP_STEPS = IB_OPERATION_COUNT, /* a fused training step, or many */
    IB_OP_FORWARD,                    /* a fused prediction */
    IB_OP_PLACE,                      /* upload ahead of use */
    IB_OP_READ,                       /* download for the harness itself */
    IB_OP_OTHER,                      /* an operation that only another build of the harness knows */
    IB_OP_COUNT
};
extern const struct ib_word ib_op_words[];

enum { IB_MAX_OPERANDS = 4 };

/* What an operation does with an operand. */
enum ib_access {
    IB_READS = 1,
    IB_WRITES = 2,
    IB_READS_IF_BETA = 4, /* reads it unless beta is 0 */
    IB_OPTIONAL = 8       /* its view has p == NULL where it is not wanted */
};

/* The scalars of a call. What an operation does not take keeps its neutral value: false, 0, alpha 1, beta 0.
 */
struct ib_op_args {
    bool transpose_a, transpose_b;
    int kind; /* enum ib_act or enum ib_loss */
    double alpha, beta;
};

/* A matrix in the arithmetic of the references: dense, in long double. at == NULL: the operand is missing. */
struct ib_expected {
    uint64_t rows, cols;
    long double *at;
};

struct ib_op_test;
struct ib_visitor;

/* A mistake that an implementation could make, for opcheck to recognise in a wrong result. */
struct ib_op_mutant {
    /* Changes the call so that the right operation makes the mistake; false: it cannot show in this call. */
    bool (*change)(struct ib_op_args *, struct ib_expected *operands);
    const char *text; /* "ignores alpha"; NULL ends a list */
    bool by_column;   /* in addition, the result lies column by column */
};

/* A property of a test that may set wrong results apart from right ones. */
struct ib_op_condition {
    bool (*applies)(const struct ib_op_test *);
    const char *text; /* "with A transposed", to follow "only"; NULL ends a list */
};
enum { IB_OP_CONDITIONS_MAX = 4 }; /* in the list of one operation */

struct ib_operation {
    const char *name;            /* of the member of struct ib_tensor_ops */
    size_t member;               /* its offset there */
    const struct ib_word *kinds; /* what args.kind means; NULL: nothing */
    const char *yields;          /* what of a kind is computed: "the gradient of "; NULL: the kind itself */
    bool is_mean;                /* results are means over the elements of operand 0 */
    uint32_t n_operands;
    struct {
        const char *name;
        unsigned access; /* enum ib_access */
    } operand[IB_MAX_OPERANDS];
    /* Do the shapes fit? Missing operands are all zero. */
    bool (*fits)(const struct ib_op_args *, const struct ib_view *operands);
    /* Calls it through the contract. */
    enum ib_status (*call)(const struct ib_tensor_ops *, void *state, const struct ib_op_args *,
                           const struct ib_view *operands);

    /* Turns the operands into what they must be after the call: written independently of any implementation.
     */
    void (*reference)(const struct ib_op_args *, struct ib_expected *operands);
    /* Fills in copies of `start`, which names the operation and the type, and shows each to the visitor. */
    void (*cases)(const struct ib_op_test *start, struct ib_visitor *);
    /* Multiplications of a test; NULL: as many as its operands have elements. */
    double (*work)(const struct ib_op_test *);
    const struct ib_op_mutant *mutants;       /* NULL: none of its own */
    const struct ib_op_condition *conditions; /* likewise, at most IB_OP_CONDITIONS_MAX */
};

/* The first two fields of a descriptor. */
#define IB_OPERATION_NAME(field) .name = #field, .member = offsetof(struct ib_tensor_ops, field)

#define IB_OPERATION(constant, name) extern const struct ib_operation ib_operation_##name;
#include "ops/operations.def"
#undef IB_OPERATION

extern const struct ib_operation *const ib_operations[IB_OPERATION_COUNT]; /* by enum ib_op */

/* By name; NULL: there is none. */
const struct ib_operation *ib_operation_find(const char *name);

/* Is it in this table, which may be NULL or older, and shorter, than this header's? */
bool ib_operation_offered(const struct ib_operation *, const struct ib_tensor_ops *);

/* IB_READS and IB_WRITES of an operand in a call with these scalars. */
unsigned ib_operation_access(const struct ib_operation *, const struct ib_op_args *, uint32_t operand);

#endif
