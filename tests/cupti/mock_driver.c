/* What lies between the mock of CUDA's runtime and that of CUPTI: loaded before everything else (LD_PRELOAD),
 * it sees each call of the runtime, plays the record that the real driver would write, and hands the call on.
 * A handle of cuBLAS uploads something of its own when it is made, as those of real ones have been seen to.
 *
 * IRONBENCH_TEST_CUPTI names what goes wrong:
 *   hidden_copy  the driver saw an upload that nobody else knows of
 *   dropped      one record was lost
 *   managed      somebody took managed memory */
#include "mock_cupti.h"

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* The library's own function; it is loaded, as it has just been called. */
static void *next_of(const char *library, const char *name)
{
    return dlsym(dlopen(library, RTLD_NOW | RTLD_NOLOAD), name);
}

static void *next(const char *name)
{
    return next_of("libcudart.so." MOCK_CUDA_MAJOR, name);
}

/* A function of the mock of CUPTI, or NULL: nobody is watching. */
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

/* A copy of the host's memory, if somebody watches. */
static void play_transfer(bool up, size_t bytes)
{
    void (*play)(uint8_t, uint8_t, uint8_t, uint64_t);
    const uint8_t host = CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE, device = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
    *(void **)&play = player("mock_cupti_copy");
    if (play != NULL)
        play(up ? CUPTI_ACTIVITY_MEMCPY_KIND_HTOD : CUPTI_ACTIVITY_MEMCPY_KIND_DTOH, up ? host : device,
             up ? device : host, bytes);
}

static void play_copy(enum cudaMemcpyKind kind, size_t bytes)
{
    static bool disturbed;
    void (*alloc)(CUpti_ActivityMemoryKind, uint64_t);
    *(void **)&alloc = player("mock_cupti_alloc");
    struct mock_cupti *mock = player("mock_cupti");
    if (alloc == NULL || mock == NULL)
        return;
    play_transfer(kind == cudaMemcpyHostToDevice, bytes);
    if (disturbed)
        return;
    disturbed = true;
    if (asked_for("hidden_copy"))
        play_transfer(true, 112);
    if (asked_for("dropped"))
        mock->drop = 1;
    if (asked_for("managed"))
        alloc(CUPTI_ACTIVITY_MEMORY_KIND_MANAGED, 112);
}

MOCK_CUPTI_EXPORT cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes,
                                              enum cudaMemcpyKind kind, cudaStream_t stream)
{
    __typeof__(cudaMemcpyAsync) *call;
    *(void **)&call = next("cudaMemcpyAsync");
    const cudaError_t code = call(to, from, bytes, kind, stream);
    if (code == cudaSuccess)
        play_copy(kind, bytes);
    return code;
}

MOCK_CUPTI_EXPORT cudaError_t cudaLaunchKernel(const void *kernel, dim3 blocks, dim3 threads,
                                               void **arguments, size_t shared, cudaStream_t stream)
{
    __typeof__(cudaLaunchKernel) *call;
    void (*play)(void);
    *(void **)&call = next("cudaLaunchKernel");
    *(void **)&play = player("mock_cupti_kernel");
    const cudaError_t code = call(kernel, blocks, threads, arguments, shared, stream);
    if (code == cudaSuccess && play != NULL)
        play();
    return code;
}

MOCK_CUPTI_EXPORT cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    __typeof__(cudaStreamSynchronize) *call;
    void (*play)(CUpti_ActivitySynchronizationType);
    *(void **)&call = next("cudaStreamSynchronize");
    *(void **)&play = player("mock_cupti_wait");
    if (play != NULL)
        play(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_SYNCHRONIZE);
    return call(stream);
}

MOCK_CUPTI_EXPORT cublasStatus_t cublasCreate_v2(cublasHandle_t *handle)
{
    __typeof__(cublasCreate_v2) *call;
    *(void **)&call = next_of("libcublas.so." MOCK_CUDA_MAJOR, "cublasCreate_v2");
    const cublasStatus_t code = call(handle);
    if (code == CUBLAS_STATUS_SUCCESS)
        play_transfer(true, 112);
    return code;
}
