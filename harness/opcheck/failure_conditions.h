/* Names the condition that all wrong tests of an operation have in common and the right ones lack. */
#ifndef IB_OPCHECK_FAILURE_CONDITIONS_H
#define IB_OPCHECK_FAILURE_CONDITIONS_H

#include "ops/op_case.h"

enum { IB_FAILURE_CONDITIONS_MAX = 24 };

/* Initialize to {0}. */
struct ib_failure_conditions {
    const struct ib_operation *operation; /* of the last test */
    uint64_t wrong, right;
    uint64_t wrong_with[IB_FAILURE_CONDITIONS_MAX], right_with[IB_FAILURE_CONDITIONS_MAX];
};

/* Adds a test. All tests must be of the same operation. */
void ib_failure_conditions_add(struct ib_failure_conditions *, const struct ib_op_test *, bool right);

/* Writes to text[n] the condition that every wrong test and the fewest right ones meet, "only with beta
 * other than 0"; "" if none distinguishes them. Returns text. */
const char *ib_failure_conditions_name(const struct ib_failure_conditions *, char *text, size_t n);

#endif
