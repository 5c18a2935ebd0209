#include "fault.h"

#include <math.h>

static uint64_t updates;

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    return ib_impl_cpu_naive.ops->axpy(state, ++updates >= FATEFUL_UPDATE ? (double)NAN : alpha, x, y);
}

void fault_nan(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
