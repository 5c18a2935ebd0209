/* The first levels of a check: loading, memory, operations and gradients. A worker opens the implementation
 * and calls it directly. */
#ifndef IB_CHECK_OP_CHECKS_H
#define IB_CHECK_OP_CHECKS_H

#include "check/check_state.h"

/* Returns false if the implementation cannot be opened. */
bool ib_checking_parts(struct ib_checking *);

#endif
