#include "fault.h"

#include <signal.h>

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    if (m->rows == 0) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    return ib_impl_cpu_naive.ops->col_sum(state, m, row);
}

void fault_crash_on_empty(struct fault *fault)
{
    fault->ops.col_sum = col_sum;
}
