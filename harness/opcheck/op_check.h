/* Checks one operation in one type: runs all of its test cases, and reports one finding about those that
 * fail. */
#ifndef IB_OPCHECK_OP_CHECK_H
#define IB_OPCHECK_OP_CHECK_H

#include "opcheck/op_case_run.h"

struct ib_examination {
    uint64_t checks, wrong; /* number of tests, and of wrong ones */
    /* of the best example: */
    char shape[512];   /* the call (ib_op_test_describe) */
    char pattern[192]; /* the pattern of the result; "" if none is known */
    char where[128];   /* the condition of failure; "" if none is found */
    struct ib_op_test_result example;
};

/* Called before each test with its number, from 0, so that it is known which test a worker crashed in. */
typedef void ib_op_test_started_fn(uint64_t number);

/* Runs the check. IB_OK even if tests are wrong. Any other status means that the implementation reported an
 * error, in the test that out->shape describes. */
enum ib_status ib_operation_examine(const struct ib_instance *, const struct ib_operation *, enum ib_dtype,
                                    bool quick, ib_op_test_started_fn *, struct ib_examination *out);

/* Describes the test of that number in text[n]; "" if there are fewer tests. */
void ib_operation_describe(const struct ib_operation *, enum ib_dtype, bool quick, uint64_t number,
                           char *text, size_t n);

#endif
