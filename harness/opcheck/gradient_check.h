/* Whole gradients: a network of two layers, forward and backward over the operations of an implementation,
 * against central differences of its own loss. */
#ifndef IB_OPCHECK_GRADIENT_CHECK_H
#define IB_OPCHECK_GRADIENT_CHECK_H

#include "plugin/loader.h"

struct ib_gradient_finding {
    char pattern[128]; /* of the first derivative that is wrong; "" where all agree */
    char detail[160];  /* its first wrong element */
};

/* A status other than IB_OK: the implementation reported an error. */
enum ib_status ib_gradient_run(const struct ib_instance *, enum ib_act, enum ib_loss,
                               struct ib_gradient_finding *out);

/* All that ib_gradient_run needs is offered. */
bool ib_gradient_offered(const struct ib_tensor_ops *);

#endif
