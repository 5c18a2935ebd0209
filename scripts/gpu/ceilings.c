/* gpu_ceilings: measures this GPU's peak rates, so that a training's time can be given as a share of them.
 * Prints one JSON object. Exit status 77: no GPU. */
#include "ceilings_gemm.h"
#include "measure.h"

#include <cuda_runtime_api.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_SKIPPED = 77 };
static const size_t large_bytes = (size_t)1 << 30, host_bytes = (size_t)256 << 20;

/* The kernel of empty.cu. */
extern void ib_gpu_empty(void);

/* ---- printing ---- */

static void print(const char *name, double value)
{
    if (isfinite(value))
        printf(",\n \"%s\": %.6g", name, value);
    else
        printf(",\n \"%s\": null", name);
}

/* ---- copies ---- */

struct copy {
    void *to;
    const void *from;
    size_t bytes;
    enum cudaMemcpyKind kind;
};

static bool do_copy(void *context)
{
    const struct copy *copy = context;
    return cudaMemcpyAsync(copy->to, copy->from, copy->bytes, copy->kind, NULL) == cudaSuccess;
}

/* Like residency per_op, waits for every copy. */
static bool do_copy_and_wait(void *context)
{
    return do_copy(context) && cudaStreamSynchronize(NULL) == cudaSuccess;
}

static double gb_s(double ns, size_t bytes)
{
    return (double)bytes / ns;
}

static void print_device_copy(void *a, void *b)
{
    struct copy copy = {a, b, large_bytes, cudaMemcpyDeviceToDevice};
    print("device_copy_gb_s",
          2 * gb_s(measure_ns(do_copy, &copy, 10), copy.bytes)); /* each byte is read and written */
}

static void print_transfers(const char *memory, void *device, void *host)
{
    char name[64];
    struct copy up = {device, host, host_bytes, cudaMemcpyHostToDevice};
    struct copy down = {host, device, host_bytes, cudaMemcpyDeviceToHost};
    snprintf(name, sizeof name, "up_%s_gb_s", memory);
    print(name, gb_s(measure_ns(do_copy_and_wait, &up, 1), host_bytes));
    snprintf(name, sizeof name, "down_%s_gb_s", memory);
    print(name, gb_s(measure_ns(do_copy_and_wait, &down, 1), host_bytes));
    up.bytes = down.bytes = 8;
    snprintf(name, sizeof name, "up_%s_8_bytes_us", memory);
    print(name, measure_ns(do_copy_and_wait, &up, 1000) / 1e3);
    snprintf(name, sizeof name, "down_%s_8_bytes_us", memory);
    print(name, measure_ns(do_copy_and_wait, &down, 1000) / 1e3);
}

/* ---- launches and waits ---- */

static bool launch(void *context)
{
    const dim3 one = {1, 1, 1};
    (void)context;
    return cudaLaunchKernel((const void *)(uintptr_t)ib_gpu_empty, one, one, NULL, 0, NULL) == cudaSuccess;
}

static bool launch_and_wait(void *context)
{
    return launch(context) && cudaStreamSynchronize(NULL) == cudaSuccess;
}

static bool wait_only(void *context)
{
    (void)context;
    return cudaStreamSynchronize(NULL) == cudaSuccess;
}

static bool replay(void *context)
{
    return cudaGraphLaunch(*(cudaGraphExec_t *)context, NULL) == cudaSuccess;
}

/* The time per node of a graph of empty kernels, each depending on the previous one. */
static double graph_node_us(void)
{
    enum { NODES = 1000 };
    cudaStream_t stream;
    cudaGraph_t graph;
    cudaGraphExec_t program;
    const dim3 one = {1, 1, 1};
    if (cudaStreamCreate(&stream) != cudaSuccess ||
        cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) != cudaSuccess)
        return NAN;
    for (int i = 0; i < NODES; i++)
        cudaLaunchKernel((const void *)(uintptr_t)ib_gpu_empty, one, one, NULL, 0, stream);
    if (cudaStreamEndCapture(stream, &graph) != cudaSuccess ||
        cudaGraphInstantiate(&program, graph, 0) != cudaSuccess)
        return NAN;
    return measure_ns(replay, &program, 5) / NODES / 1e3;
}

static void print_launches(void)
{
    print("launch_us", measure_ns(launch, NULL, 2000) / 1e3);
    print("launch_and_wait_us", measure_ns(launch_and_wait, NULL, 1000) / 1e3);
    print("wait_us", measure_ns(wait_only, NULL, 2000) / 1e3);
    print("graph_node_us", graph_node_us());
}

/* ---- the program ---- */

static void print_device(const struct cudaDeviceProp *device)
{
    int driver = 0, runtime = 0;
    cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&runtime);
    printf("{\"device\": \"%s\",\n \"compute_capability\": \"%d.%d\",\n \"multiprocessors\": %d,\n"
           " \"memory_bytes\": %zu,\n \"cuda_driver\": %d,\n \"cuda_runtime\": %d",
           device->name, device->major, device->minor, device->multiProcessorCount, device->totalGlobalMem,
           driver, runtime);
}

static int fail(cudaError_t error)
{
    const bool no_gpu =
        error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver || error == cudaErrorStubLibrary;
    fprintf(stderr, "gpu_ceilings: %s: %s\n", cudaGetErrorName(error), cudaGetErrorString(error));
    return no_gpu ? EXIT_SKIPPED : 1;
}

int main(void)
{
    struct cudaDeviceProp device;
    void *a = NULL, *b = NULL, *pinned = NULL, *pageable = malloc(host_bytes);
    char why[256] = "";
    cudaError_t error = cudaGetDeviceProperties(&device, 0);
    if (error == cudaSuccess)
        error = cudaMalloc(&a, large_bytes);
    if (error == cudaSuccess)
        error = cudaMalloc(&b, large_bytes);
    if (error == cudaSuccess)
        error = cudaMallocHost(&pinned, host_bytes);
    if (error != cudaSuccess || pageable == NULL)
        return fail(error != cudaSuccess ? error : cudaErrorMemoryAllocation);
    memset(pageable, 1, host_bytes); /* touch all pages */
    memset(pinned, 1, host_bytes);
    print_device(&device);
    print_device_copy(a, b);
    print_transfers("pageable", a, pageable);
    print_transfers("pinned", a, pinned);
    print_launches();
    const struct gemm_rates rates = measure_gemm(why, sizeof why);
    print("gemm_f32_tflop_s", rates.f32);
    print("gemm_tf32_tflop_s", rates.tf32);
    print("gemm_bf16_tflop_s", rates.bf16);
    print("gemm_fp16_tflop_s", rates.fp16);
    print("gemm_f64_tflop_s", rates.f64);
    printf("\n}\n");
    if (why[0] != '\0')
        fprintf(stderr, "gpu_ceilings: %s\n", why);
    error = cudaGetLastError();
    return error == cudaSuccess ? 0 : fail(error);
}
