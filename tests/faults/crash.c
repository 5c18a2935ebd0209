#include "fault.h"

#include <signal.h>

static uint64_t updates;

/* By the default action, as a sanitizer would turn the signal into an exit status. */
static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    if (++updates == FATEFUL_UPDATE) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    return ib_impl_cpu_naive.ops->axpy(state, alpha, x, y);
}

void fault_crash(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
