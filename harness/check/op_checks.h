/* The first levels of a check: loading, memory, operations and gradients, by a worker that opens the
 * implementation and calls it directly. */
#ifndef IB_CHECK_OP_CHECKS_H
#define IB_CHECK_OP_CHECKS_H

#include "check/check_state.h"

/* false: it cannot even be opened. */
bool ib_checking_parts(struct ib_checking *);

#endif
