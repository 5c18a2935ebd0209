/* cuda_naive: one or a few plain kernels per operation, on one NVIDIA GPU. */
#include "cuda/device.h"

static const struct ib_option options[] = {
    IB_CUDA_OPTIONS,
    {.name = NULL},
};

static const struct ib_impl cuda_naive = {
    .struct_size = sizeof cuda_naive,
    .abi_major = IB_ABI_MAJOR,
    .name = "cuda_naive",
    .summary = "plain CUDA kernels, one after another, on an NVIDIA GPU",
    .source = "https://docs.nvidia.com/cuda/cuda-c-programming-guide/",
    .flags = IB_DETERMINISTIC,
    .options = options,
    .probe = ib_cuda_probe,
    .open = ib_cuda_open_alone,
    .close = ib_cuda_close_alone,
    .mem = &ib_cuda_mem,
    .ops = &ib_kernel_ops,
    .describe = ib_cuda_describe,
    .tracer = "cupti",
    .health = ib_cuda_health,
    .peak_memory = ib_cuda_peak_memory,
    .losses = 1u << IB_CE,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&cuda_naive};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
