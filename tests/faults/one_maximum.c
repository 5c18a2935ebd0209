#include "softmax.h"

/* Of all rows, not of row i: found once, for row 0. */
static double largest(const struct ib_view *z, uint64_t i)
{
    static _Thread_local double most;
    if (i > 0)
        return most;
    most = fault_get(z, 0, 0);
    for (uint64_t e = 1; e < z->rows * z->cols; e++)
        most = fmax(most, fault_get(z, e / z->cols, e % z->cols));
    return most;
}

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    return kind == IB_CE ? softmax_with(z, y, dz, loss, largest)
                         : ib_impl_cpu_naive.ops->loss_grad(state, kind, z, y, dz, loss);
}

static enum ib_status softmax(void *state, const struct ib_view *m)
{
    (void)state;
    return softmax_with(m, NULL, m, NULL, largest);
}

void fault_one_maximum(struct fault *fault)
{
    fault->ops.loss_grad = loss_grad;
    fault->ops.softmax = softmax;
}
