#include "fault.h"

static enum ib_status (*all_steps)(void *, const struct ib_problem *, uint64_t);

/* A single step is made, so that a pass which looks after every one sees nothing. */
static enum ib_status first_half(void *state, const struct ib_problem *p, uint64_t n)
{
    return all_steps(state, p, (n + 1) / 2);
}

void fault_early_return(struct fault *fault)
{
    fault_add_steps(fault);
    all_steps = fault->fused.steps;
    fault->fused.steps = first_half;
}
