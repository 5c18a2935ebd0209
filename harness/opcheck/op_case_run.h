/* Runs one test case of an operation on an implementation, and reports how its result is wrong. */
#ifndef IB_OPCHECK_OP_CASE_RUN_H
#define IB_OPCHECK_OP_CASE_RUN_H

#include "opcheck/guarded_buffer.h"
#include "ops/op_case.h"

/* How a result can be wrong. */
enum ib_op_test_fault {
    IB_OP_TEST_RIGHT,
    IB_OP_TEST_CELLS,  /* some cells differ from the expected values */
    IB_OP_TEST_INPUT,  /* a read-only operand was written */
    IB_OP_TEST_AROUND, /* memory around an operand or between its rows was written */
    IB_OP_TEST_REPEAT  /* two calls of a deterministic implementation differ */
};

struct ib_op_test_result {
    enum ib_op_test_fault fault;
    uint32_t operand;      /* the wrong operand */
    const char *name;      /* its name */
    uint64_t wrong, cells; /* IB_OP_TEST_CELLS: number of wrong cells and of all; the first: */
    uint64_t row, col;
    double got;
    long double expected;
    char text[256]; /* the same in words; "" if right */
};

/* One run of a test: its operands in the implementation's memory, and their expected values. */
struct ib_op_test_run {
    const struct ib_instance *instance;
    const struct ib_op_test *test;
    struct ib_guarded arrays[IB_MAX_OPERANDS];
    struct ib_expected expected[IB_MAX_OPERANDS];
};

/* Called after a run with its result, while the arrays still exist. */
typedef void ib_examine_fn(void *context, const struct ib_op_test_run *, const struct ib_op_test_result *);

/* Runs one test on an open implementation; `examine` may be NULL. A status other than IB_OK means that the
 * implementation reported an error. */
enum ib_status ib_op_test_run(const struct ib_instance *, const struct ib_op_test *, ib_examine_fn *examine,
                              void *context, struct ib_op_test_result *out);

/* Returns true if `got` is within the test's tolerance; only a NaN matches a NaN. */
bool ib_op_test_close_enough(const struct ib_op_test *, long double expected, long double got);

/* Describes a test: "gemm f32 A transposed alpha 2 beta 1: A 31x33 B 31x6 of a NaN C 33x6". */
void ib_op_test_describe(const struct ib_op_test *, char *text, size_t n);

#endif
