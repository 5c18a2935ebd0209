/* Softmax along rows. */
#ifndef IB_SOFTMAX_H
#define IB_SOFTMAX_H

#include "launch.h"

/* `softmax` of the contract. */
enum ib_status ib_kernel_softmax(void *state, const struct ib_view *m);
/* `loss_grad` of the contract for IB_CE; z is not empty. */
enum ib_status ib_kernel_cross_entropy(void *state, const struct ib_view *z, const struct ib_view *y,
                                       const struct ib_view *dz, const struct ib_view *loss);

#endif
