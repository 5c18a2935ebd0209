/* Gradient check: a network of two layers, forward and backward in the operations of an implementation,
 * compared with central differences of its own loss. */
#ifndef IB_OPCHECK_GRADIENT_CHECK_H
#define IB_OPCHECK_GRADIENT_CHECK_H

#include "plugin/loader.h"

struct ib_gradient_finding {
    char pattern[128]; /* of the first wrong gradient; "" if all are right */
    char detail[160];  /* its first wrong element */
};

/* Runs the check. A status other than IB_OK means that the implementation reported an error. */
enum ib_status ib_gradient_run(const struct ib_instance *, enum ib_act, enum ib_loss,
                               struct ib_gradient_finding *out);

/* Returns true if all operations that ib_gradient_run needs are implemented. */
bool ib_gradient_offered(const struct ib_tensor_ops *);

#endif
