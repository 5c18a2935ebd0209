/* The training rows as the oracle reads them, and the loss of parameters on them by the parent's own
 * arithmetic. */
#ifndef IB_RUN_TRAIN_LOSS_H
#define IB_RUN_TRAIN_LOSS_H

#include "base/npy.h"
#include "run/workspace.h"

struct ib_train_rows {         /* mapped until closed */
    struct ib_npy x, y, order; /* order: of mini-batches */
};
/* Returns false with the error set. */
bool ib_train_rows_open(struct ib_workspace *, const struct ib_case *, struct ib_train_rows *);
void ib_train_rows_close(struct ib_train_rows *);

/* The loss of parameters (ib_network_size elements) on the training rows; NaN also if these cannot be read.
 */
double ib_train_loss(struct ib_workspace *, const struct ib_case *, const double *params);

#endif
