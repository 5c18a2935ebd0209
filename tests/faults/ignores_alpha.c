#include "fault.h"

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    (void)alpha;
    return ib_impl_cpu_naive.ops->axpy(state, 1, x, y);
}

void fault_ignores_alpha(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
