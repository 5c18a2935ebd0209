#include "fault.h"

static enum ib_status (*right_steps)(void *, const struct ib_problem *, uint64_t);

/* The forward pass of the loss comes after the update. */
static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    struct ib_problem silent = *p, still = *p;
    silent.loss.p = NULL;
    still.lr = 0;
    IB_TRY(right_steps(state, &silent, n));
    return p->loss.p != NULL ? right_steps(state, &still, 1) : IB_OK;
}

void fault_loss_of_next_epoch(struct fault *fault)
{
    fault_add_steps(fault);
    right_steps = fault->fused.steps;
    fault->fused.steps = steps;
}
