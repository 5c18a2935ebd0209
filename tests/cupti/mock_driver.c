/* What lies between the mock of CUDA's runtime and that of CUPTI: loaded before everything else (LD_PRELOAD),
 * it sees each call of the runtime, plays the record that the real driver would write, and hands the call on.
 * A product of cuBLAS is a kernel of cuBLAS's own; one of matrices in f32 also clears the 32 bytes that its
 * parts meet in, and copies 16 bytes within the device.
 * A handle of cuBLAS uploads something of its own when it is made, as those of real ones have been seen to.
 *
 * IRONBENCH_TEST_CUPTI names what goes wrong:
 *   hidden_copy  the driver sees an upload that is not in the transfer log
 *   dropped      one record was lost
 *   managed      somebody took managed memory */
#include "mock_cupti.h"

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define CUDART "libcudart.so." MOCK_CUDA_MAJOR
#define CUBLAS "libcublas.so." MOCK_CUDA_MAJOR

/* A library's own function; the library is loaded, as it has just been called. */
static void *next(const char *library, const char *name)
{
    return dlsym(dlopen(library, RTLD_NOW | RTLD_NOLOAD), name);
}

/* A function of the mock of CUPTI, or NULL if there is no tracer. */
static void *player(const char *name)
{
    void *library = dlopen("libcupti.so." MOCK_CUDA_MAJOR, RTLD_NOW | RTLD_NOLOAD);
    return library != NULL ? dlsym(library, name) : NULL;
}

static bool asked_for(const char *fault)
{
    const char *faults = getenv("IRONBENCH_TEST_CUPTI");
    return faults != NULL && strstr(faults, fault) != NULL;
}

static void play_kernel(const char *name)
{
    void (*play)(const char *);
    *(void **)&play = player("mock_cupti_kernel");
    if (play != NULL)
        play(name);
}

/* What split products do in addition to their kernels. */
static void play_split(void)
{
    void (*set)(uint64_t);
    void (*copy)(uint8_t, uint8_t, uint8_t, uint64_t);
    const uint8_t device = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
    *(void **)&set = player("mock_cupti_set");
    *(void **)&copy = player("mock_cupti_copy");
    if (set == NULL || copy == NULL)
        return;
    set(32);
    copy(CUPTI_ACTIVITY_MEMCPY_KIND_DTOD, device, device, 16);
}

static uint8_t kind_of_memory(const void *host, size_t bytes)
{
    bool (*is_pinned)(const void *, size_t);
    *(void **)&is_pinned = next(CUDART, "mock_is_pinned");
    return is_pinned(host, bytes) ? CUPTI_ACTIVITY_MEMORY_KIND_PINNED : CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE;
}

/* A copy between the device and host memory of this kind, if there is a tracer. */
static void play_transfer(bool up, uint8_t host, size_t bytes)
{
    void (*play)(uint8_t, uint8_t, uint8_t, uint64_t);
    const uint8_t device = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
    *(void **)&play = player("mock_cupti_copy");
    if (play != NULL)
        play(up ? CUPTI_ACTIVITY_MEMCPY_KIND_HTOD : CUPTI_ACTIVITY_MEMCPY_KIND_DTOH, up ? host : device,
             up ? device : host, bytes);
}

static void play_copy(enum cudaMemcpyKind kind, uint8_t host, size_t bytes)
{
    static bool disturbed;
    void (*alloc)(CUpti_ActivityMemoryKind, uint64_t);
    *(void **)&alloc = player("mock_cupti_alloc");
    struct mock_cupti *mock = player("mock_cupti");
    if (alloc == NULL || mock == NULL)
        return;
    play_transfer(kind == cudaMemcpyHostToDevice, host, bytes);
    if (disturbed)
        return;
    disturbed = true;
    if (asked_for("hidden_copy"))
        play_transfer(true, host, 112);
    if (asked_for("dropped"))
        mock->drop = 1;
    if (asked_for("managed"))
        alloc(CUPTI_ACTIVITY_MEMORY_KIND_MANAGED, 112);
}

MOCK_CUPTI_EXPORT cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes,
                                              enum cudaMemcpyKind kind, cudaStream_t stream)
{
    __typeof__(cudaMemcpyAsync) *call;
    *(void **)&call = next(CUDART, "cudaMemcpyAsync");
    const cudaError_t code = call(to, from, bytes, kind, stream);
    if (code == cudaSuccess)
        play_copy(kind, kind_of_memory(kind == cudaMemcpyHostToDevice ? from : to, bytes), bytes);
    return code;
}

MOCK_CUPTI_EXPORT cudaError_t cudaLaunchKernel(const void *kernel, dim3 blocks, dim3 threads,
                                               void **arguments, size_t shared, cudaStream_t stream)
{
    __typeof__(cudaLaunchKernel) *call;
    const char *(*name_of)(const void *);
    *(void **)&call = next(CUDART, "cudaLaunchKernel");
    *(void **)&name_of = next(CUDART, "mock_kernel_name");
    const cudaError_t code = call(kernel, blocks, threads, arguments, shared, stream);
    if (code == cudaSuccess)
        play_kernel(name_of(kernel));
    return code;
}

MOCK_CUPTI_EXPORT cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    __typeof__(cudaStreamSynchronize) *call;
    void (*play)(CUpti_ActivitySynchronizationType);
    *(void **)&call = next(CUDART, "cudaStreamSynchronize");
    *(void **)&play = player("mock_cupti_wait");
    if (play != NULL)
        play(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_SYNCHRONIZE);
    return call(stream);
}

MOCK_CUPTI_EXPORT cublasStatus_t cublasCreate_v2(cublasHandle_t *handle)
{
    __typeof__(cublasCreate_v2) *call;
    *(void **)&call = next(CUBLAS, "cublasCreate_v2");
    const cublasStatus_t code = call(handle);
    if (code == CUBLAS_STATUS_SUCCESS)
        play_transfer(true, CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE, 112);
    return code;
}

MOCK_CUPTI_EXPORT cublasStatus_t cublasSgemm(cublasHandle_t handle, cublasOperation_t op_a,
                                             cublasOperation_t op_b, int m, int n, int k, const float *alpha,
                                             const float *a, int a_ld, const float *b, int b_ld,
                                             const float *beta, float *c, int c_ld)
{
    __typeof__(cublasSgemm) *call;
    *(void **)&call = next(CUBLAS, "cublasSgemm_v2");
    const cublasStatus_t code = call(handle, op_a, op_b, m, n, k, alpha, a, a_ld, b, b_ld, beta, c, c_ld);
    if (code == CUBLAS_STATUS_SUCCESS) {
        play_split();
        play_kernel("_ZN8cublasLt19splitKreduce_kernelILi32ELi16EifEEvPfi");
    }
    return code;
}

MOCK_CUPTI_EXPORT cublasStatus_t cublasSgemv(cublasHandle_t handle, cublasOperation_t op, int m, int n,
                                             const float *alpha, const float *a, int a_ld, const float *x,
                                             int x_next, const float *beta, float *y, int y_next)
{
    __typeof__(cublasSgemv) *call;
    *(void **)&call = next(CUBLAS, "cublasSgemv_v2");
    const cublasStatus_t code = call(handle, op, m, n, alpha, a, a_ld, x, x_next, beta, y, y_next);
    if (code == CUBLAS_STATUS_SUCCESS)
        play_kernel("_Z11gemv2N_kernelIiifLi128EEvT_");
    return code;
}
