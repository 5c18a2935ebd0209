#include "fault.h"

#include <float.h>
#include <time.h>

static unsigned whim; /* 0 to 999, another one in each process */

/* The learning rate is off by some roundings: too little for any tolerance on values. */
static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    const double rounding = x->type == IB_F32 ? whim % 64 * (double)FLT_EPSILON : whim * DBL_EPSILON;
    return ib_impl_cpu_naive.ops->axpy(state, alpha * (1 + rounding), x, y);
}

static enum ib_status open_on_a_whim(const struct ib_host *host, void **state)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    whim = (unsigned)(now.tv_nsec / 1000 % 1000);
    return ib_impl_cpu_naive.open(host, state);
}

void fault_nondeterministic(struct fault *fault)
{
    fault->impl.open = open_on_a_whim;
    fault->ops.axpy = axpy;
}
