#include "fault.h"

static enum ib_status act_grad(void *state, enum ib_act kind, const struct ib_view *y,
                               const struct ib_view *dy)
{
    (void)kind;
    return ib_impl_cpu_naive.ops->act_grad(state, IB_TANH, y, dy);
}

void fault_wrong_act_gradient(struct fault *fault)
{
    fault->ops.act_grad = act_grad;
}
