#include "softmax.h"

static double nothing(const struct ib_view *z, uint64_t i)
{
    (void)z;
    (void)i;
    return 0;
}

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    return kind == IB_CE ? softmax_with(z, y, dz, loss, nothing)
                         : ib_impl_cpu_naive.ops->loss_grad(state, kind, z, y, dz, loss);
}

static enum ib_status softmax(void *state, const struct ib_view *m)
{
    (void)state;
    return softmax_with(m, NULL, m, NULL, nothing);
}

void fault_unshifted_softmax(struct fault *fault)
{
    fault->ops.loss_grad = loss_grad;
    fault->ops.softmax = softmax;
}
