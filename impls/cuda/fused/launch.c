#include "cuda/fused/launch.h"

#include "cuda/fused/plan.h"

#include <stdio.h>

/* As in ../launch.c: the runtime identifies a kernel by the address of its symbol. */
#define FUSED(name)                                                                                          \
    void ibk_fused_##name##_f32(void);                                                                       \
    void ibk_fused_##name##_f64(void);
#include "cuda/fused.def"
#undef FUSED

typedef void kernel_symbol(void);

static kernel_symbol *const f32_kernels[FUSED_KERNEL_COUNT] = {
#define FUSED(name) ibk_fused_##name##_f32,
#include "cuda/fused.def"
#undef FUSED
};

static kernel_symbol *const f64_kernels[FUSED_KERNEL_COUNT] = {
#define FUSED(name) ibk_fused_##name##_f64,
#include "cuda/fused.def"
#undef FUSED
};

static const char *const names[FUSED_KERNEL_COUNT] = {
#define FUSED(name) #name,
#include "cuda/fused.def"
#undef FUSED
};

static const void *symbol_of(enum ib_cuda_fused_kernel kernel, enum ib_dtype type)
{
    return (const void *)(uintptr_t)(type == IB_F32 ? f32_kernels : f64_kernels)[kernel];
}

cudaError_t ib_cuda_fused_shared(size_t *out)
{
    int device, bytes = 0;
    cudaError_t code = cudaGetDevice(&device);
    if (code == cudaSuccess)
        code = cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
    *out = bytes < IB_CUDA_FUSED_SHARED_BYTES ? (size_t)bytes : IB_CUDA_FUSED_SHARED_BYTES;
    return code;
}

/* Without this, every kernel has at most 48 KiB. */
enum ib_status ib_cuda_fused_allow_shared(const struct ib_cuda *cuda, size_t bytes)
{
    static const enum ib_cuda_fused_kernel kernels[] = {FUSED_network, FUSED_batches, FUSED_predict};
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
        for (int type = IB_F32; type <= IB_F64; type++)
            IB_TRY(
                ib_cuda_check(cuda->launcher.host, "cudaFuncSetAttribute",
                              cudaFuncSetAttribute(symbol_of(kernels[k], (enum ib_dtype)type),
                                                   cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes)));
    return IB_OK;
}

enum ib_status ib_cuda_fused_launch(const struct ib_cuda *cuda, const struct ib_cuda_fused_launch *launch,
                                    const struct ib_launch_arg *args, size_t n)
{
    const dim3 blocks = {(uint32_t)launch->blocks, 1, 1}, threads = {launch->threads, 1, 1};
    void *values[IB_LAUNCH_MAX_ARGS];
    char what[96];
    for (size_t i = 0; i < n; i++)
        values[i] = (void *)(uintptr_t)args[i].value; /* CUDA does not modify it */
    const cudaError_t code = cudaLaunchKernel(symbol_of(launch->kernel, launch->type), blocks, threads,
                                              values, launch->shared_bytes, cuda->stream);
    if (code == cudaSuccess)
        return IB_OK;
    snprintf(what, sizeof what, "kernel fused_%s of %s", names[launch->kernel],
             launch->type == IB_F32 ? "f32" : "f64");
    return ib_cuda_check(cuda->launcher.host, what, code);
}
