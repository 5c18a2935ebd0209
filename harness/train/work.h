/* The work of an epoch: what its operations do at least, and the least that a whole epoch must read and
 * write. Counted by the one place that knows which operations an epoch consists of (train/step.h). */
#ifndef IB_TRAIN_WORK_H
#define IB_TRAIN_WORK_H

#include "core/training_spec.h"
#include "ops/operation.h"

struct ib_work {
    double flops; /* of all operations */
    double bytes; /* data and targets read once, the state (training_state.h) read and written; all else may
                  stay in registers */
    struct ib_op_cost operations[IB_OP_COUNT]; /* of an epoch, operation by operation */
};

/* Without the loss, which timed passes do not read. joins: by enum ib_op, the joined operations that are
 * called in place of their parts; NULL: none. */
void ib_work_of(const struct ib_training_spec *, const bool *joins, struct ib_work *out);

#endif
