#include "fault.h"

static enum ib_status add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    (void)state;
    (void)row;
    (void)m;
    return IB_OK;
}

void fault_skipped_bias(struct fault *fault)
{
    fault->ops.add_row = add_row;
}
