#include "fault.h"

#include <math.h>

/* The moments first, with a rate of 0; then the parameters. */
static enum ib_status adam_step(void *state, double lr, double beta1, double beta2, double epsilon,
                                const struct ib_view *g, const struct ib_view *p, const struct ib_view *m,
                                const struct ib_view *v, const struct ib_view *t)
{
    const double step = fault_get(t, 0, 0), left1 = 1 - pow(beta1, step), left2 = 1 - pow(beta2, step);
    IB_TRY(ib_impl_cpu_naive.ops->adam_step(state, 0, beta1, beta2, epsilon, g, p, m, v, t));
    for (uint64_t i = 0; i < p->rows; i++)
        for (uint64_t j = 0; j < p->cols; j++) {
            const double change = fault_get(m, i, j) / left1 / sqrt(fault_get(v, i, j) / left2 + epsilon);
            fault_set(p, i, j, fault_get(p, i, j) - lr * change);
        }
    return IB_OK;
}

void fault_misplaced_epsilon(struct fault *fault)
{
    fault->ops.adam_step = adam_step;
}
