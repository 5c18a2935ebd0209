#include "fault.h"

#include <math.h>

static double largest_of(const struct ib_view *m, uint64_t j)
{
    double largest = fault_get(m, 0, j);
    for (uint64_t i = 1; i < m->rows; i++)
        largest = fault_get(m, i, j) > largest ? fault_get(m, i, j) : largest;
    return largest;
}

static enum ib_status softmax(void *state, const struct ib_view *m)
{
    (void)state;
    for (uint64_t j = 0; j < m->cols && m->rows > 0; j++) {
        const double largest = largest_of(m, j);
        double sum = 0;
        for (uint64_t i = 0; i < m->rows; i++)
            sum += exp(fault_get(m, i, j) - largest);
        for (uint64_t i = 0; i < m->rows; i++)
            fault_set(m, i, j, exp(fault_get(m, i, j) - largest) / sum);
    }
    return IB_OK;
}

void fault_columns_softmax(struct fault *fault)
{
    fault->ops.softmax = softmax;
}
