/* Runs one test case of an operation on an implementation, and says whether and how its answer is wrong. */
#ifndef IB_OPCHECK_OP_TEST_H
#define IB_OPCHECK_OP_TEST_H

#include "opcheck/guarded_buffer.h"
#include "ops/op_case.h"

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

/* One run of a test: its operands in the implementation's memory, and what must come out. */
struct ib_op_test_run {
    const struct ib_instance *instance;
    const struct ib_op_test *test;
    struct ib_guarded arrays[IB_MAX_OPERANDS];
    struct ib_expected expected[IB_MAX_OPERANDS];
};

/* Is shown each run with its result, while the arrays are still at hand. */
typedef void ib_examine_fn(void *context, const struct ib_op_test_run *, const struct ib_op_test_result *);

/* Runs one test on an opened implementation; examine may be NULL. A status other than IB_OK: the
 * implementation reported an error. */
enum ib_status ib_op_test_run(const struct ib_instance *, const struct ib_op_test *, ib_examine_fn *examine,
                              void *context, struct ib_op_test_result *out);

/* Within the test's tolerance; only a NaN is close to a NaN. */
bool ib_op_test_close_enough(const struct ib_op_test *, long double expected, long double got);

/* "gemm f32 A transposed alpha 2 beta 1: A 31x33 B 31x6 of a NaN C 33x6": a test in words. */
void ib_op_test_describe(const struct ib_op_test *, char *text, size_t n);

#endif
