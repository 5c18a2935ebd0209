#include "fault.h"

/* The latest update is not waited for: downloads return before it is done. */
static struct {
    bool waits;
    void *state;
    double alpha;
    struct ib_view x, y;
} update;

static enum ib_status finish(void)
{
    if (!update.waits)
        return IB_OK;
    update.waits = false;
    return ib_impl_fakedev.ops->axpy(update.state, update.alpha, &update.x, &update.y);
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    IB_TRY(finish());
    update.waits = true;
    update.state = state;
    update.alpha = alpha;
    update.x = *x;
    update.y = *y;
    return IB_OK;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    IB_TRY(finish());
    return ib_impl_fakedev.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c);
}

static enum ib_status sync(void *state)
{
    IB_TRY(finish());
    return ib_impl_fakedev.mem->sync(state);
}

static void wait_and_free(void *state, void *device)
{
    if (finish() == IB_OK)
        ib_impl_fakedev.mem->free(state, device);
}

void fault_missing_sync(struct fault *fault)
{
    fault->ops.axpy = axpy;
    fault->ops.gemm = gemm;
    fault->mem.sync = sync;
    fault->mem.free = wait_and_free;
}
