#include "fault.h"

/* More than a training of tests/cli/test_devices.py makes, of which the checked pass is one: four parameters,
 * 60 epochs. */
enum { CHECKED_UPDATES = 5 * 60 };

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    static uint64_t updates;
    const struct ib_cl *cl = state;
    double value;
    const size_t bytes = x->type == IB_F32 ? sizeof(float) : sizeof(double);
    if (updates++ >= CHECKED_UPDATES &&
        clEnqueueReadBuffer(cl->queue, x->p, CL_TRUE, 0, bytes, &value, 0, NULL, NULL) != CL_SUCCESS)
        return IB_EDEVICE;
    return fault_right->axpy(state, alpha, x, y);
}

void fault_opencl_later(struct fault *fault)
{
    fault->ops.axpy = axpy;
    fault->ops.axpy_all = NULL; /* which would be called in its place */
}
