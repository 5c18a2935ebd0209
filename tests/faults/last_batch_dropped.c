#include "fault.h"

/* Whether the batch taken last is the last of an epoch. */
static bool dropped;

static enum ib_status gather_rows(void *state, uint64_t first, const struct ib_view *a,
                                  const struct ib_view *index, const struct ib_view *b)
{
    dropped = a->rows > 0 && (first + b->rows) % a->rows == 0 && b->rows < a->rows;
    return ib_impl_cpu_naive.ops->gather_rows(state, first, a, index, b);
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    return dropped ? IB_OK : ib_impl_cpu_naive.ops->axpy(state, alpha, x, y);
}

static enum ib_status momentum_step(void *state, double lr, double momentum, const struct ib_view *g,
                                    const struct ib_view *p, const struct ib_view *v)
{
    return dropped ? IB_OK : ib_impl_cpu_naive.ops->momentum_step(state, lr, momentum, g, p, v);
}

static enum ib_status adam_step(void *state, double lr, double beta1, double beta2, double epsilon,
                                const struct ib_view *g, const struct ib_view *p, const struct ib_view *m,
                                const struct ib_view *v, const struct ib_view *t)
{
    return dropped ? IB_OK
                   : ib_impl_cpu_naive.ops->adam_step(state, lr, beta1, beta2, epsilon, g, p, m, v, t);
}

void fault_last_batch_dropped(struct fault *fault)
{
    fault->ops.gather_rows = gather_rows;
    fault->ops.axpy = axpy;
    fault->ops.momentum_step = momentum_step;
    fault->ops.adam_step = adam_step;
}
