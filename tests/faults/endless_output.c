#include "fault.h"

#include <stdio.h>

static uint64_t updates;

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    if (++updates == FATEFUL_UPDATE)
        while (puts("step") >= 0)
            ;
    return ib_impl_cpu_naive.ops->axpy(state, alpha, x, y);
}

void fault_endless_output(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
