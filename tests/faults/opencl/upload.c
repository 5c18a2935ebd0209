#include "fault.h"

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    const struct ib_cl *cl = state;
    static cl_mem factor; /* one worker opens one device */
    if (factor == NULL)
        factor = clCreateBuffer(cl->context, CL_MEM_READ_ONLY, sizeof alpha, NULL, NULL);
    if (clEnqueueWriteBuffer(cl->queue, factor, CL_TRUE, 0, sizeof alpha, &alpha, 0, NULL, NULL) !=
        CL_SUCCESS)
        return IB_EDEVICE;
    return fault_right->axpy(state, alpha, x, y);
}

void fault_opencl_upload(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
