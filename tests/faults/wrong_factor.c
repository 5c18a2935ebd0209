#include "fault.h"

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    IB_TRY(ib_impl_cpu_naive.ops->loss_grad(state, kind, z, y, dz, loss));
    return ib_impl_cpu_naive.ops->axpy(state, 1, dz, dz);
}

void fault_wrong_factor(struct fault *fault)
{
    fault->ops.loss_grad = loss_grad;
}
