#include "fault.h"

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    const struct ib_cl *cl = state;
    cl_mem factor =
        clCreateBuffer(cl->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof alpha, &alpha, NULL);
    if (factor == NULL)
        return IB_EDEVICE;
    clReleaseMemObject(factor);
    return fault_right->axpy(state, alpha, x, y);
}

void fault_opencl_contents(struct fault *fault)
{
    fault->ops.axpy = axpy;
}
