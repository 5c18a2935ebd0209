#include "cuda/device.h"

#include <stdio.h>

/* Symbols of the kernels, from nvcc's `extern "C" __global__`. They are never called: the runtime
 * identifies a kernel by its address. */
#define IBK(name)                                                                                            \
    void ibk_##name##_f32(void);                                                                             \
    void ibk_##name##_f64(void);
#include "kernels.def"
#undef IBK

static const struct ib_cuda_kernel kernels[IB_KERNEL_COUNT] = {
#define IBK(name) {#name, {ibk_##name##_f32, ibk_##name##_f64}},
#include "kernels.def"
#undef IBK
};

/* All kernels are built for the same devices, so checking one is enough. */
enum ib_status ib_cuda_find_kernels(struct ib_cuda *cuda)
{
    const struct ib_host *host = cuda->launcher.host;
    struct cudaFuncAttributes attributes;
    const cudaError_t code =
        cudaFuncGetAttributes(&attributes, (const void *)(uintptr_t)kernels[IBK_gemm].symbol[0]);
    if (ib_cuda_status(code) != IB_EUNAVAILABLE)
        return ib_cuda_check(host, "loading the kernels", code);
    (void)cudaGetLastError();
    return host->fail(
        host, IB_EUNAVAILABLE,
        "this GPU or its driver cannot run the kernels, which were built for compute capability %s: %s (%s)",
        IB_CUDA_ARCHITECTURES, cudaGetErrorName(code), cudaGetErrorString(code));
}

/* ---- launching ---- */

enum ib_status ib_cuda_launch_kernel(const struct ib_cuda *cuda, const struct ib_cuda_kernel *kernel,
                                     enum ib_dtype type, struct ib_grid grid,
                                     const struct ib_launch_arg *args, size_t n)
{
    const dim3 blocks = {(uint32_t)grid.groups[0], (uint32_t)grid.groups[1], 1};
    const dim3 threads = {grid.items[0], grid.items[1], 1};
    void *values[IB_LAUNCH_MAX_ARGS];
    char what[96];
    for (size_t i = 0; i < n; i++)
        values[i] = (void *)(uintptr_t)args[i].value; /* CUDA does not modify it */
    const cudaError_t code = cudaLaunchKernel((const void *)(uintptr_t)kernel->symbol[type == IB_F64], blocks,
                                              threads, values, 0, cuda->stream);
    if (code == cudaSuccess)
        return IB_OK;
    snprintf(what, sizeof what, "kernel %s of %s", kernel->name, type == IB_F32 ? "f32" : "f64");
    return ib_cuda_check(cuda->launcher.host, what, code);
}

enum ib_status ib_cuda_launch(void *state, const struct ib_launch *launch)
{
    const struct ib_grid grid = {{launch->groups[0], launch->groups[1]},
                                 {launch->items[0], launch->items[1]}};
    return ib_cuda_launch_kernel(state, &kernels[launch->kernel], launch->type, grid, launch->args,
                                 launch->n_args);
}

/* ---- scratch memory ---- */

/* Blocks are freed only at the end: queued work may use them, and so may a recording. Each is at least
 * twice as large as the previous one, so all earlier ones together are smaller than the last. */
static enum ib_status grow(struct ib_cuda *cuda, size_t bytes)
{
    const struct ib_host *host = cuda->launcher.host;
    if (cuda->recording || cuda->n_scratch == IB_CUDA_SCRATCH_BLOCKS)
        return host->fail(host, IB_EINTERNAL, "scratch memory cannot grow to %zu bytes during a recording",
                          bytes);
    const size_t doubled = 2 * cuda->scratch_bytes, larger = bytes > doubled ? bytes : doubled;
    IB_TRY(ib_cuda_mem.alloc(cuda, larger, &cuda->scratch[cuda->n_scratch]));
    cuda->n_scratch++;
    cuda->scratch_bytes = larger;
    return IB_OK;
}

enum ib_status ib_cuda_scratch(void *state, size_t bytes, void **out)
{
    struct ib_cuda *cuda = state;
    if (bytes > cuda->scratch_bytes)
        IB_TRY(grow(cuda, bytes));
    *out = cuda->scratch[cuda->n_scratch - 1];
    return IB_OK;
}

void ib_cuda_scratch_close(struct ib_cuda *cuda)
{
    for (uint32_t i = 0; i < cuda->n_scratch; i++)
        (void)cudaFree(cuda->scratch[i]);
    cuda->n_scratch = 0;
    cuda->scratch_bytes = 0;
}
