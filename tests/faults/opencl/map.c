#include "fault.h"

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    const struct ib_cl *cl = state;
    const size_t bytes = (a->type == IB_F32 ? sizeof(float) : sizeof(double)) * (size_t)(a->rows * a->cols);
    cl_int code;
    void *host = clEnqueueMapBuffer(cl->queue, a->p, CL_TRUE, CL_MAP_READ, 0, bytes, 0, NULL, NULL, &code);
    if (code != CL_SUCCESS || clEnqueueUnmapMemObject(cl->queue, a->p, host, 0, NULL, NULL) != CL_SUCCESS)
        return IB_EDEVICE;
    return fault_right->gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c);
}

void fault_opencl_map(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
