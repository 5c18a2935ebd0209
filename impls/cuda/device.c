#include "cuda/device.h"

#include "cuda/driver.h"

#include <stdio.h>
#include <stdlib.h>

enum ib_status ib_cuda_probe(char *why, size_t n)
{
    int count;
    return ib_cuda_count_devices(&count, why, n);
}

/* ---- opening and closing ---- */

static enum ib_status choose(const struct ib_host *host)
{
    const int asked = (int)host->option_int(host, "device");
    char why[256];
    int count;
    const enum ib_status status = ib_cuda_count_devices(&count, why, sizeof why);
    if (status != IB_OK)
        return host->fail(host, status, "%s", why);
    if (asked >= count)
        return host->fail(host, IB_EUNAVAILABLE, "device %d does not exist; the highest index is %d", asked,
                          count - 1);
    return ib_cuda_check(host, "cudaSetDevice", cudaSetDevice(asked));
}

/* The device reads pinned memory asynchronously, and any host memory if it uses the host's page tables
 * (Grace Hopper). Other memory is copied by the runtime during the call. */
static enum ib_status detect_late_reads(struct ib_cuda *cuda)
{
    const struct ib_host *host = cuda->launcher.host;
    int device, shared = 0;
    IB_TRY(ib_cuda_check(host, "cudaGetDevice", cudaGetDevice(&device)));
    IB_TRY(ib_cuda_check(
        host, "cudaDeviceGetAttribute",
        cudaDeviceGetAttribute(&shared, cudaDevAttrPageableMemoryAccessUsesHostPageTables, device)));
    cuda->reads_late = cuda->pinned || shared != 0;
    return IB_OK;
}

/* A non-blocking stream: it does not synchronise with the default stream. */
static enum ib_status open_stream(struct ib_cuda *cuda)
{
    return ib_cuda_check(cuda->launcher.host, "cudaStreamCreateWithFlags",
                         cudaStreamCreateWithFlags(&cuda->stream, cudaStreamNonBlocking));
}

/* 0: unknown. */
static size_t free_bytes(void)
{
    size_t available = 0, all;
    if (cudaMemGetInfo(&available, &all) == cudaSuccess)
        return available;
    (void)cudaGetLastError();
    return 0;
}

uint64_t ib_cuda_peak_memory(void *state)
{
    const size_t before = ((const struct ib_cuda *)state)->opened_free_bytes, now = free_bytes();
    return now > 0 && before > now ? before - now : 0;
}

enum ib_status ib_cuda_open(const struct ib_host *host, struct ib_cuda *cuda)
{
    cuda->launcher = (struct ib_launcher){.host = host, .launch = ib_cuda_launch, .scratch = ib_cuda_scratch};
    cuda->pinned = host->option_bool(host, "pinned");
    IB_TRY(choose(host));
    IB_TRY(detect_late_reads(cuda));
    IB_TRY(open_stream(cuda));
    const enum ib_status status = ib_cuda_find_kernels(cuda);
    if (status != IB_OK)
        ib_cuda_close(cuda);
    else
        cuda->opened_free_bytes = free_bytes();
    return status;
}

void ib_cuda_abandon_recording(struct ib_cuda *cuda)
{
    cudaGraph_t graph = NULL;
    if (!cuda->recording)
        return;
    cuda->recording = false;
    if (cudaStreamEndCapture(cuda->stream, &graph) != cudaSuccess)
        (void)cudaGetLastError();
    if (graph != NULL)
        (void)cudaGraphDestroy(graph);
}

/* Errors are ignored: an earlier call has already reported them. */
void ib_cuda_close(struct ib_cuda *cuda)
{
    ib_nvml_close(cuda->nvml);
    ib_cuda_abandon_recording(cuda);
    (void)cudaStreamSynchronize(cuda->stream);
    for (int i = 0; i < 2; i++)
        if (cuda->marks[i] != NULL)
            (void)cudaEventDestroy(cuda->marks[i]);
    ib_cuda_scratch_close(cuda);
    (void)cudaStreamDestroy(cuda->stream);
    (void)cudaGetLastError();
}

enum ib_status ib_cuda_open_alone(const struct ib_host *host, void **state)
{
    struct ib_cuda *cuda = calloc(1, sizeof *cuda);
    if (cuda == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    const enum ib_status status = ib_cuda_open(host, cuda);
    if (status == IB_OK)
        *state = cuda;
    else
        free(cuda);
    return status;
}

void ib_cuda_close_alone(void *state)
{
    ib_cuda_close(state);
    free(state);
}

/* ---- description ---- */

enum ib_status ib_cuda_describe(void *state, char *text, size_t n)
{
    const struct ib_cuda *cuda = state;
    const struct ib_host *host = cuda->launcher.host;
    struct cudaDeviceProp device;
    int index, driver, runtime;
    IB_TRY(ib_cuda_check(host, "cudaGetDevice", cudaGetDevice(&index)));
    IB_TRY(ib_cuda_check(host, "cudaGetDeviceProperties", cudaGetDeviceProperties(&device, index)));
    IB_TRY(ib_cuda_check(host, "cudaDriverGetVersion", cudaDriverGetVersion(&driver)));
    IB_TRY(ib_cuda_check(host, "cudaRuntimeGetVersion", cudaRuntimeGetVersion(&runtime)));
    snprintf(text, n, "%s, compute capability %d.%d, driver for CUDA %d.%d, runtime %d.%d", device.name,
             device.major, device.minor, IB_CUDA_VERSION_PARTS(driver), IB_CUDA_VERSION_PARTS(runtime));
    return IB_OK;
}
