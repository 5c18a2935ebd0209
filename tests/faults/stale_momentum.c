#include "fault.h"

/* The parameters first, by the velocity as it was. */
static enum ib_status momentum_step(void *state, double lr, double momentum, const struct ib_view *g,
                                    const struct ib_view *p, const struct ib_view *v)
{
    IB_TRY(ib_impl_cpu_naive.ops->axpy(state, -lr, v, p));
    return ib_impl_cpu_naive.ops->momentum_step(state, 0, momentum, g, p, v);
}

void fault_stale_momentum(struct fault *fault)
{
    fault->ops.momentum_step = momentum_step;
}
