/* gpu_ceilings [--device | --quick]: measures this GPU's peak rates, so that a training's time can be given
 * as a share of them. Prints one JSON object. --device: only what the driver says of the GPU; --quick: sizes
 * for a test of this program. Exit status 77: no GPU. */
#include "ceilings_gemm.h"
#include "measure.h"

#include <cuda_runtime_api.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_SKIPPED = 77 };

static const struct sizes {
    size_t device_bytes, host_bytes;
    uint64_t calls; /* of what takes microseconds */
    int gemm;       /* rows and columns */
} full = {(size_t)1 << 30, (size_t)256 << 20, 2000, 8192}, quick = {1 << 16, 1 << 16, 10, 16};

/* All work is enqueued here, as the implementations do, and not on the default stream. */
static cudaStream_t stream;

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
    return cudaMemcpyAsync(copy->to, copy->from, copy->bytes, copy->kind, stream) == cudaSuccess;
}

/* Like residency per_op, waits for every copy. */
static bool do_copy_and_wait(void *context)
{
    return do_copy(context) && cudaStreamSynchronize(stream) == cudaSuccess;
}

static double gb_s(double ns, size_t bytes)
{
    return (double)bytes / ns;
}

static void print_device_copy(const struct sizes *sizes, void *a, void *b)
{
    struct copy copy = {a, b, sizes->device_bytes, cudaMemcpyDeviceToDevice};
    print("device_copy_gb_s",
          2 * gb_s(measure_ns(do_copy, &copy, 10), copy.bytes)); /* each byte is read and written */
}

static void print_transfers(const struct sizes *sizes, const char *memory, void *device, void *host)
{
    char name[64];
    struct copy up = {device, host, sizes->host_bytes, cudaMemcpyHostToDevice};
    struct copy down = {host, device, sizes->host_bytes, cudaMemcpyDeviceToHost};
    snprintf(name, sizeof name, "up_%s_gb_s", memory);
    print(name, gb_s(measure_ns(do_copy_and_wait, &up, 1), up.bytes));
    snprintf(name, sizeof name, "down_%s_gb_s", memory);
    print(name, gb_s(measure_ns(do_copy_and_wait, &down, 1), down.bytes));
    up.bytes = down.bytes = 8;
    snprintf(name, sizeof name, "up_%s_8_bytes_us", memory);
    print(name, measure_ns(do_copy_and_wait, &up, sizes->calls) / 1e3);
    snprintf(name, sizeof name, "down_%s_8_bytes_us", memory);
    print(name, measure_ns(do_copy_and_wait, &down, sizes->calls) / 1e3);
}

/* ---- launches and waits ---- */

static bool launch(void *context)
{
    const dim3 one = {1, 1, 1};
    (void)context;
    return cudaLaunchKernel((const void *)(uintptr_t)ib_gpu_empty, one, one, NULL, 0, stream) == cudaSuccess;
}

static bool launch_and_wait(void *context)
{
    return launch(context) && cudaStreamSynchronize(stream) == cudaSuccess;
}

static bool wait_only(void *context)
{
    (void)context;
    return cudaStreamSynchronize(stream) == cudaSuccess;
}

static bool replay(void *context)
{
    return cudaGraphLaunch(*(cudaGraphExec_t *)context, stream) == cudaSuccess;
}

/* The time per node of a graph of empty kernels, each depending on the previous one. */
static double graph_node_us(void)
{
    enum { NODES = 1000 };
    cudaGraph_t graph;
    cudaGraphExec_t program;
    const dim3 one = {1, 1, 1};
    if (cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) != cudaSuccess)
        return NAN;
    for (int i = 0; i < NODES; i++)
        cudaLaunchKernel((const void *)(uintptr_t)ib_gpu_empty, one, one, NULL, 0, stream);
    if (cudaStreamEndCapture(stream, &graph) != cudaSuccess ||
        cudaGraphInstantiate(&program, graph, 0) != cudaSuccess)
        return NAN;
    return measure_ns(replay, &program, 5) / NODES / 1e3;
}

static void print_launches(const struct sizes *sizes)
{
    print("launch_us", measure_ns(launch, NULL, sizes->calls) / 1e3);
    print("launch_and_wait_us", measure_ns(launch_and_wait, NULL, sizes->calls) / 1e3);
    print("wait_us", measure_ns(wait_only, NULL, sizes->calls) / 1e3);
    print("graph_node_us", graph_node_us());
}

/* ---- the program ---- */

/* Pageable memory that the device can access may be read after an asynchronous copy has returned;
 * test_conformance tests whether an implementation allows for that. */
static void print_device(void)
{
    struct cudaDeviceProp device;
    int driver = 0, runtime = 0, pageable = -1, host_tables = -1;
    cudaGetDeviceProperties(&device, 0);
    cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&runtime);
    cudaDeviceGetAttribute(&pageable, cudaDevAttrPageableMemoryAccess, 0);
    cudaDeviceGetAttribute(&host_tables, cudaDevAttrPageableMemoryAccessUsesHostPageTables, 0);
    printf("{\"device\": \"%s\",\n \"compute_capability\": \"%d.%d\",\n \"multiprocessors\": %d,\n"
           " \"memory_bytes\": %zu,\n \"cuda_driver\": %d,\n \"cuda_runtime\": %d,\n "
           "\"pageableMemoryAccess\": %d,\n"
           " \"pageableMemoryAccessUsesHostPageTables\": %d",
           device.name, device.major, device.minor, device.multiProcessorCount, device.totalGlobalMem, driver,
           runtime, pageable, host_tables);
}

static int fail(cudaError_t error)
{
    const bool no_gpu =
        error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver || error == cudaErrorStubLibrary;
    fprintf(stderr, "gpu_ceilings: %s: %s\n", cudaGetErrorName(error), cudaGetErrorString(error));
    return no_gpu ? EXIT_SKIPPED : 1;
}

static void print_gemm(const struct sizes *sizes)
{
    char why[256] = "";
    const struct gemm_rates rates = measure_gemm(sizes->gemm, stream, why, sizeof why);
    print("gemm_f32_tflop_s", rates.f32);
    print("gemm_tf32_tflop_s", rates.tf32);
    print("gemm_bf16_tflop_s", rates.bf16);
    print("gemm_fp16_tflop_s", rates.fp16);
    print("gemm_f64_tflop_s", rates.f64);
    if (why[0] != '\0')
        fprintf(stderr, "gpu_ceilings: %s\n", why);
}

static cudaError_t print_rates(const struct sizes *sizes)
{
    void *a = NULL, *b = NULL, *pinned = NULL, *pageable = malloc(sizes->host_bytes);
    cudaError_t error = pageable == NULL ? cudaErrorMemoryAllocation : cudaMalloc(&a, sizes->device_bytes);
    if (error == cudaSuccess)
        error = cudaMalloc(&b, sizes->device_bytes);
    if (error == cudaSuccess)
        error = cudaMallocHost(&pinned, sizes->host_bytes);
    if (error != cudaSuccess)
        return error;
    memset(pageable, 1, sizes->host_bytes); /* touch all pages */
    memset(pinned, 1, sizes->host_bytes);
    print_device_copy(sizes, a, b);
    print_transfers(sizes, "pageable", a, pageable);
    print_transfers(sizes, "pinned", a, pinned);
    print_launches(sizes);
    print_gemm(sizes);
    return cudaGetLastError();
}

int main(int argc, char **argv)
{
    const char *flag = argc == 2 ? argv[1] : "";
    const bool known = argc == 1 || strcmp(flag, "--device") == 0 || strcmp(flag, "--quick") == 0;
    int count;
    if (!known) {
        fprintf(stderr, "usage: gpu_ceilings [--device | --quick]\n");
        return EXIT_USAGE;
    }
    cudaError_t error = cudaGetDeviceCount(&count);
    if (error == cudaSuccess)
        error = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    if (error != cudaSuccess)
        return fail(error);
    print_device();
    if (strcmp(flag, "--device") != 0)
        error = print_rates(strcmp(flag, "--quick") == 0 ? &quick : &full);
    printf("\n}\n");
    return error == cudaSuccess ? 0 : fail(error);
}
