#include "fault.h"

static uint64_t training_rows; /* 0: not known yet */

/* The first forward product runs on the training rows. One over any other number of them is a prediction. */
static bool predicts(bool transpose_a, const struct ib_view *a)
{
    if (!transpose_a && training_rows == 0)
        training_rows = a->rows;
    return !transpose_a && a->rows != training_rows;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    if (predicts(transpose_a, a))
        alpha = 0;
    return ib_impl_cpu_naive.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c);
}

/* With its bias a prediction of zeros would be constant, but not zero. */
static enum ib_status add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    if (predicts(false, m))
        return IB_OK;
    return ib_impl_cpu_naive.ops->add_row(state, row, m);
}

static enum ib_status open_anew(const struct ib_host *host, void **state)
{
    training_rows = 0;
    return ib_impl_cpu_naive.open(host, state);
}

void fault_zeroed_prediction(struct fault *fault)
{
    fault->impl.open = open_anew;
    fault->ops.gemm = gemm;
    fault->ops.add_row = add_row;
}
