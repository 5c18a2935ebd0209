#include "fault.h"

#include <unistd.h>

static uint64_t updates;

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    while (updates + 1 == FATEFUL_UPDATE)
        pause();
    updates++;
    return ib_impl_cpu_naive.ops->axpy(state, alpha, x, y);
}

void fault_hang(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
