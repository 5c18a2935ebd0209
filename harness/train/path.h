/* How an implementation trains: by operations, or by fused steps, and as which problem those are told of it.
 */
#ifndef IB_TRAIN_PATH_H
#define IB_TRAIN_PATH_H

#include "train/dispatch.h"

/* Chooses the way. Fused steps are taken where they are offered; *problem is then set, but for its pointers.
 * Where they do not support the problem or do not know its optimiser, operations train it, if all that a step
 * consists of are offered. IB_EUNSUPPORTED: they are not, with the reason of the steps; or an operation for
 * mini-batches is missing. */
enum ib_status ib_path_choose(const struct ib_dispatch *, const struct ib_training_spec *, bool *fused,
                              struct ib_problem *problem);

#endif
