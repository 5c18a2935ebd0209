#include "fault.h"

/* As after so many steps that there is nothing left to correct. */
static enum ib_status adam_step(void *state, double lr, double beta1, double beta2, double epsilon,
                                const struct ib_view *g, const struct ib_view *p, const struct ib_view *m,
                                const struct ib_view *v, const struct ib_view *t)
{
    double many;
    struct ib_view late = *t;
    late.p = &many;
    fault_set(&late, 0, 0, 1e9);
    return ib_impl_cpu_naive.ops->adam_step(state, lr, beta1, beta2, epsilon, g, p, m, v, &late);
}

void fault_missing_bias_correction(struct fault *fault)
{
    fault->ops.adam_step = adam_step;
}
