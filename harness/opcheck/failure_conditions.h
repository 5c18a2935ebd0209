/* When an operation is wrong: what all wrong tests have in common, and right ones lack. */
#ifndef IB_OPCHECK_FAILURE_CONDITIONS_H
#define IB_OPCHECK_FAILURE_CONDITIONS_H

#include "ops/op_case.h"

enum { IB_FAILURE_CONDITIONS_MAX = 24 };

/* Starts from zeros. */
struct ib_failure_conditions {
    const struct ib_operation *operation; /* of the newest test */
    uint64_t wrong, right;
    uint64_t wrong_with[IB_FAILURE_CONDITIONS_MAX], right_with[IB_FAILURE_CONDITIONS_MAX];
};

/* Counts a test; all tests of one account are of the same operation. */
void ib_failure_conditions_add(struct ib_failure_conditions *, const struct ib_op_test *, bool right);

/* "only with beta other than 0": the condition that every wrong test meets and the fewest right ones do; ""
 * where none sets the wrong ones apart. Writes to text[n] and returns it. */
const char *ib_failure_conditions_name(const struct ib_failure_conditions *, char *text, size_t n);

#endif
