/* Memory of a device, and its clock. */
#include "cuda/device.h"

static const struct ib_host *host_of(const struct ib_cuda *cuda)
{
    return cuda->launcher.host;
}

static enum ib_status wait(struct ib_cuda *cuda, const char *what)
{
    return ib_cuda_check(host_of(cuda), what, cudaStreamSynchronize(cuda->stream));
}

static enum ib_status mem_alloc(void *state, size_t bytes, void **out)
{
    struct ib_cuda *cuda = state;
    const cudaError_t code = cudaMalloc(out, bytes);
    if (code != cudaErrorMemoryAllocation)
        return ib_cuda_check(host_of(cuda), "cudaMalloc", code);
    (void)cudaGetLastError();
    return host_of(cuda)->fail(host_of(cuda), IB_ENOMEM, "no device memory for %zu bytes: %s", bytes,
                               cudaGetErrorName(code));
}

/* cudaFree usually waits for the device, but this is not documented. */
static void mem_free(void *state, void *device)
{
    struct ib_cuda *cuda = state;
    ib_cuda_abandon_recording(cuda);
    (void)cudaStreamSynchronize(cuda->stream);
    (void)cudaFree(device);
    (void)cudaGetLastError();
}

/* The caller may change its array as soon as this returns. */
static enum ib_status mem_h2d(void *state, void *device, const void *host, size_t bytes)
{
    struct ib_cuda *cuda = state;
    IB_TRY(ib_cuda_check(host_of(cuda), "upload",
                         cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, cuda->stream)));
    return cuda->reads_late ? wait(cuda, "upload") : IB_OK;
}

static enum ib_status mem_d2h(void *state, void *host, const void *device, size_t bytes)
{
    struct ib_cuda *cuda = state;
    IB_TRY(ib_cuda_check(host_of(cuda), "download",
                         cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, cuda->stream)));
    return wait(cuda, "download");
}

static enum ib_status mem_sync(void *state)
{
    return wait(state, "waiting for the device");
}

/* ---- the device's clock ---- */

static enum ib_status mem_mark(void *state, uint32_t which)
{
    struct ib_cuda *cuda = state;
    if (which > 1)
        return host_of(cuda)->fail(host_of(cuda), IB_EINVAL, "mark %u does not exist; marks are 0 and 1",
                                   which);
    if (cuda->marks[which] == NULL)
        IB_TRY(ib_cuda_check(host_of(cuda), "cudaEventCreate", cudaEventCreate(&cuda->marks[which])));
    return ib_cuda_check(host_of(cuda), "cudaEventRecord", cudaEventRecord(cuda->marks[which], cuda->stream));
}

static enum ib_status mem_elapsed(void *state, uint64_t *out_ns)
{
    struct ib_cuda *cuda = state;
    float ms = 0;
    for (uint32_t i = 0; i < 2; i++)
        if (cuda->marks[i] == NULL)
            return host_of(cuda)->fail(host_of(cuda), IB_EINVAL, "mark %u was never set", i);
    IB_TRY(ib_cuda_check(host_of(cuda), "cudaEventElapsedTime",
                         cudaEventElapsedTime(&ms, cuda->marks[0], cuda->marks[1])));
    if (ms < 0)
        return host_of(cuda)->fail(host_of(cuda), IB_EDEVICE,
                                   "the device's clock runs backwards between two marks");
    *out_ns = (uint64_t)((double)ms * 1e6);
    return IB_OK;
}

/* ---- pinned host memory ---- */

static enum ib_status mem_host_alloc(void *state, size_t bytes, void **out)
{
    struct ib_cuda *cuda = state;
    if (!cuda->pinned)
        return host_of(cuda)->fail(host_of(cuda), IB_EUNSUPPORTED, "the option pinned is false");
    const cudaError_t code = cudaMallocHost(out, bytes);
    if (code != cudaErrorMemoryAllocation)
        return ib_cuda_check(host_of(cuda), "cudaMallocHost", code);
    (void)cudaGetLastError();
    return host_of(cuda)->fail(host_of(cuda), IB_ENOMEM, "no pinned host memory for %zu bytes: %s", bytes,
                               cudaGetErrorName(code));
}

static void mem_host_free(void *state, void *host)
{
    struct ib_cuda *cuda = state;
    ib_cuda_abandon_recording(cuda);
    (void)cudaStreamSynchronize(cuda->stream);
    (void)cudaFreeHost(host);
    (void)cudaGetLastError();
}

const struct ib_mem_ops ib_cuda_mem = {
    .struct_size = sizeof ib_cuda_mem,
    .alloc = mem_alloc,
    .free = mem_free,
    .h2d = mem_h2d,
    .d2h = mem_d2h,
    .sync = mem_sync,
    .mark = mem_mark,
    .elapsed = mem_elapsed,
    .host_alloc = mem_host_alloc,
    .host_free = mem_host_free,
};
