#include "fault.h"

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    if (m->type == IB_F64)
        return ib_impl_cpu_naive.ops->col_sum(state, m, row);
    for (uint64_t j = 0; j < m->cols; j++) {
        float sum = 0;
        for (uint64_t i = 0; i < m->rows; i++)
            sum += (float)fault_get(m, i, j);
        fault_set(row, 0, j, (double)sum);
    }
    return IB_OK;
}

void fault_f32_sums(struct fault *fault)
{
    fault->ops.col_sum = col_sum;
}
