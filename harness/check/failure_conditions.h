/* When an operation is wrong: what all wrong trials share, and right ones lack. */
#ifndef IB_CHECK_FAILURE_CONDITIONS_H
#define IB_CHECK_FAILURE_CONDITIONS_H

#include "opcheck/op_test.h"

enum { IB_CIRCUMSTANCE_COUNT = 19 };

/* Starts from zeros. */
struct ib_circumstances {
    const struct ib_word *kinds; /* of the operation */
    uint64_t wrong, right;
    uint64_t wrong_with[IB_CIRCUMSTANCE_COUNT], right_with[IB_CIRCUMSTANCE_COUNT];
};

void ib_circumstances_add(struct ib_circumstances *, const struct ib_trial *, bool right);

/* "only with beta other than 0", or "" where nothing sets the wrong ones apart. Returns text.
 */
const char *ib_circumstances_name(const struct ib_circumstances *, char *text, size_t n);

#endif
