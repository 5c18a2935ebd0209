#include "fault.h"

#include <string.h>
#include <unistd.h>

enum { ANSWERS = 4 }; /* the descriptor that only the harness may write to */

static uint64_t updates;

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    static const char babble[] = "loss: 0.1\n";
    if (++updates == FATEFUL_UPDATE && write(ANSWERS, babble, strlen(babble)) < 0)
        return IB_EIO;
    return ib_impl_cpu_naive.ops->axpy(state, alpha, x, y);
}

void fault_babble(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
