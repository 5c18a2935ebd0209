#include "fault.h"

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    const double count = (double)(z->rows * z->cols);
    IB_TRY(ib_impl_cpu_naive.ops->loss_grad(state, kind, z, y, dz, loss));
    return count > 0 ? ib_impl_cpu_naive.ops->axpy(state, count - 1, dz, dz) : IB_OK;
}

void fault_wrong_n(struct fault *fault)
{
    fault->ops.loss_grad = loss_grad;
}
