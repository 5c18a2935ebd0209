/* opencl_naive: one or a few plain kernels per operation, on any OpenCL device. */
#include "opencl/device.h"

#include <stdlib.h>

static enum ib_status naive_open(const struct ib_host *host, void **state)
{
    struct ib_cl *cl = calloc(1, sizeof *cl);
    if (cl == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    const enum ib_status status = ib_cl_open(host, cl);
    if (status == IB_OK)
        *state = cl;
    else
        free(cl);
    return status;
}

static void naive_close(void *state)
{
    ib_cl_close(state);
    free(state);
}

static const struct ib_option options[] = {
    IB_CL_OPTIONS,
    {.name = NULL},
};

static const struct ib_impl opencl_naive = {
    .struct_size = sizeof opencl_naive,
    .abi_major = IB_ABI_MAJOR,
    .name = "opencl_naive",
    .summary = "plain OpenCL kernels, one after another, on any device",
    .source = "https://registry.khronos.org/OpenCL/",
    .flags = IB_DETERMINISTIC,
    .options = options,
    .probe = ib_cl_probe,
    .open = naive_open,
    .close = naive_close,
    .mem = &ib_cl_mem,
    .ops = &ib_kernel_ops,
    .describe = ib_cl_describe,
    .tracer = "opencl",
    .losses = 1u << IB_CE,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&opencl_naive};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
