#include "fault.h"

/* Sums in the first row of its input, to save a buffer. */
static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    IB_TRY(ib_impl_cpu_naive.ops->col_sum(state, m, row));
    for (uint64_t j = 0; m->rows > 0 && j < m->cols; j++)
        fault_set(m, 0, j, fault_get(row, 0, j));
    return IB_OK;
}

void fault_writes_input(struct fault *fault)
{
    fault->ops.col_sum = col_sum;
}
