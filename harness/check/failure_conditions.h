/* When an operation is wrong: what all wrong trials share, and right ones lack. */
#ifndef IB_CHECK_FAILURE_CONDITIONS_H
#define IB_CHECK_FAILURE_CONDITIONS_H

#include "opcheck/op_test.h"

enum { IB_FAILURE_CONDITION_COUNT = 19 };

/* Starts from zeros. */
struct ib_failure_conditions {
    const struct ib_word *kinds; /* of the operation */
    uint64_t wrong, right;
    uint64_t wrong_with[IB_FAILURE_CONDITION_COUNT], right_with[IB_FAILURE_CONDITION_COUNT];
};

void ib_failure_conditions_add(struct ib_failure_conditions *, const struct ib_op_test *, bool right);

/* "only with beta other than 0", or "" where nothing sets the wrong ones apart. Returns text.
 */
const char *ib_failure_conditions_name(const struct ib_failure_conditions *, char *text, size_t n);

#endif
