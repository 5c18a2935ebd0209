#include "fault.h"

#include <stdlib.h>

/* The loss comes after the gradient, from a Z that the gradient may have replaced. */
static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    IB_TRY(ib_impl_cpu_naive.ops->loss_grad(state, kind, z, y, dz, NULL));
    if (loss == NULL)
        return IB_OK;
    struct ib_view unused = {calloc(z->rows * z->cols + 1, sizeof(double)), z->rows, z->cols, z->cols,
                             z->type};
    if (unused.p == NULL)
        return IB_ENOMEM;
    enum ib_status status = ib_impl_cpu_naive.ops->loss_grad(state, kind, z, y, &unused, loss);
    free(unused.p);
    return status;
}

void fault_wrong_in_place(struct fault *fault)
{
    fault->ops.loss_grad = loss_grad;
}
