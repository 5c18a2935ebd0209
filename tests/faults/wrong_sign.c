#include "fault.h"

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    return ib_impl_cpu_naive.ops->axpy(state, -alpha, x, y);
}

void fault_wrong_sign(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
