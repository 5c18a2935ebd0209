/* The examination of one operation in one type: all of its test cases, and one finding about those that fail.
 */
#ifndef IB_OPCHECK_OP_CHECK_H
#define IB_OPCHECK_OP_CHECK_H

#include "opcheck/op_test.h"

struct ib_examination {
    uint64_t checks, wrong; /* tests, and those that were not right */
    /* of the most telling one: */
    char shape[512];   /* its call in words (ib_op_test_describe) */
    char pattern[192]; /* what the answer looks like; "" where it looks like nothing known */
    char where[128];   /* what all wrong tests share; "" where nothing sets them apart */
    struct ib_op_test_result example;
};

/* Called with the number of each test, from 0, before it is run: a worker that dies is known to have died in
 * it. */
typedef void ib_op_test_started_fn(uint64_t number);

/* IB_OK also where tests are wrong. Another status: the implementation reported an error, in the test that
 * out->shape names. */
enum ib_status ib_operation_examine(const struct ib_instance *, const struct ib_operation *, enum ib_dtype,
                                    bool quick, ib_op_test_started_fn *, struct ib_examination *out);

/* The test of that number in words; "" where there are fewer. */
void ib_operation_describe(const struct ib_operation *, enum ib_dtype, bool quick, uint64_t number,
                           char *text, size_t n);

#endif
