#include "fault.h"

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    const double classes = (double)z->cols;
    IB_TRY(ib_impl_cpu_naive.ops->loss_grad(state, kind, z, y, dz, loss));
    if (kind != IB_CE || classes == 0)
        return IB_OK;
    if (loss != NULL)
        fault_set(loss, 0, 0, fault_get(loss, 0, 0) / classes);
    return ib_impl_cpu_naive.ops->axpy(state, 1 / classes - 1, dz, dz);
}

void fault_mean_over_classes(struct fault *fault)
{
    fault->ops.loss_grad = loss_grad;
}
