/* The entry points of the runtime, but for launches (kernels.c) and graphs (graphs.c). */
#include "machine.h"
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct CUstream_st {
    unsigned flags;
};
struct CUevent_st {
    bool recorded;
    uint64_t at_ns;
};

/* ---- errors ---- */

static cudaError_t last;

cudaError_t mock_answer(cudaError_t code)
{
    if (code != cudaSuccess)
        last = code;
    return code;
}

static cudaError_t driver_state(void)
{
    if (mock_asked_for("no_driver") || mock_asked_for("old_driver"))
        return cudaErrorInsufficientDriver;
    if (mock_asked_for("stub_driver"))
        return cudaErrorStubLibrary;
    if (mock_asked_for("broken_driver"))
        return cudaErrorUnknown;
    if (mock_asked_for("bad_driver"))
        return cudaErrorSystemDriverMismatch;
    if (mock_asked_for("not_ready"))
        return cudaErrorSystemNotReady;
    return mock_asked_for("no_device") ? cudaErrorNoDevice : cudaSuccess;
}

cudaError_t mock_ready(void)
{
    const cudaError_t code = driver_state();
    return mock_answer(code == cudaSuccess ? mock_sticky() : code);
}

cudaError_t cudaGetLastError(void)
{
    const cudaError_t code = last;
    last = mock_sticky();
    return code;
}

cudaError_t mock_ready_outside_recording(void)
{
    if (!mock_is_recording())
        return mock_ready();
    mock_record_spoil();
    return mock_answer(cudaErrorStreamCaptureUnsupported);
}

/* ---- the device ---- */

cudaError_t cudaGetDeviceCount(int *count)
{
    MOCK_TRY(mock_ready());
    *count = 1;
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
    *version = mock_asked_for("no_driver") || mock_asked_for("stub_driver") ? 0
               : mock_asked_for("old_driver")                               ? 12020
                                                                            : 13000;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaGetDevice(int *device)
{
    MOCK_TRY(mock_ready());
    *device = 0;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
    MOCK_TRY(mock_ready());
    return mock_answer(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaDeviceGetPCIBusId(char *text, int n, int device)
{
    MOCK_TRY(mock_ready());
    if (device != 0)
        return mock_answer(cudaErrorInvalidDevice);
    snprintf(text, (size_t)n, "00000000:3B:00.0"); /* that of tests/cupti/mock_nvml.h */
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device)
{
    MOCK_TRY(mock_ready());
    if (device != 0)
        return mock_answer(cudaErrorInvalidDevice);
    *value = attribute == cudaDevAttrPageableMemoryAccessUsesHostPageTables && mock_asked_for("shared_pages");
    return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize(void)
{
    MOCK_TRY(mock_ready_outside_recording());
    mock_default_done();
    return mock_answer(mock_drain());
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *properties, int device)
{
    MOCK_TRY(mock_ready());
    if (device != 0)
        return mock_answer(cudaErrorInvalidDevice);
    *properties = (struct cudaDeviceProp){.name = "Mock GPU", .major = 9, .minor = 0};
    return cudaSuccess;
}

/* ---- streams and events ---- */

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags)
{
    MOCK_TRY(mock_ready_outside_recording());
    if (mock_asked_for("no_stream"))
        return mock_answer(cudaErrorMemoryAllocation);
    *stream = calloc(1, sizeof **stream);
    if (*stream == NULL)
        return mock_answer(cudaErrorMemoryAllocation);
    (*stream)->flags = flags;
    mock_count_handles(1);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    free(stream);
    mock_count_handles(-1);
    return mock_ready();
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    MOCK_TRY(mock_ready_outside_recording());
    if (stream == NULL)
        return mock_answer(cudaErrorInvalidResourceHandle);
    return mock_answer(mock_drain());
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    MOCK_TRY(mock_ready_outside_recording());
    *event = mock_asked_for("no_event") ? NULL : calloc(1, sizeof **event);
    if (*event == NULL)
        return mock_answer(cudaErrorMemoryAllocation);
    mock_count_handles(1);
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    free(event);
    mock_count_handles(-1);
    return mock_ready();
}

static cudaError_t run_event(void *args)
{
    cudaEvent_t event;
    struct timespec now;
    memcpy(&event, args, sizeof event);
    clock_gettime(CLOCK_MONOTONIC, &now);
    event->at_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    event->recorded = true;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    MOCK_TRY(mock_ready_outside_recording());
    if (event == NULL || stream == NULL)
        return mock_answer(cudaErrorInvalidResourceHandle);
    event->recorded = false;
    return mock_answer(mock_enqueue(run_event, &event, sizeof event));
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t start, cudaEvent_t end)
{
    MOCK_TRY(mock_ready_outside_recording());
    if (!start->recorded || !end->recorded)
        return mock_answer(cudaErrorNotReady);
    *ms = (float)(((double)end->at_ns - (double)start->at_ns) * 1e-6);
    return cudaSuccess;
}

/* ---- memory ---- */

cudaError_t cudaMemGetInfo(size_t *available, size_t *all)
{
    MOCK_TRY(mock_ready());
    *all = (size_t)mock_number_of("memory", 1ull << 40);
    *available = *all - mock_memory_used();
    return mock_answer(cudaSuccess);
}

cudaError_t cudaMalloc(void **out, size_t bytes)
{
    MOCK_TRY(mock_ready_outside_recording());
    *out = mock_memory_alloc(bytes);
    return mock_answer(*out == NULL ? cudaErrorMemoryAllocation : cudaSuccess);
}

/* The real one waits for the device, which is not documented: this one does not. */
cudaError_t cudaFree(void *memory)
{
    MOCK_TRY(mock_ready_outside_recording());
    return mock_answer(memory == NULL || mock_memory_free(memory) ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaMallocHost(void **out, size_t bytes)
{
    MOCK_TRY(mock_ready_outside_recording());
    *out = mock_pinned_alloc(bytes);
    return mock_answer(*out == NULL ? cudaErrorMemoryAllocation : cudaSuccess);
}

cudaError_t cudaFreeHost(void *memory)
{
    MOCK_TRY(mock_ready_outside_recording());
    return mock_answer(mock_pinned_free(memory) ? cudaSuccess : cudaErrorInvalidValue);
}

/* ---- copies ---- */

struct copy {
    void *to;
    const void *from; /* NULL: what follows */
    size_t bytes;
    unsigned char staged[];
};

static cudaError_t run_upload(void *args)
{
    const struct copy *c = args;
    void *to = mock_memory_find(c->to, c->bytes);
    if (to == NULL)
        return cudaErrorIllegalAddress;
    memcpy(to, c->from != NULL ? c->from : c->staged, c->bytes);
    emu_memory_written(to, c->bytes);
    return cudaSuccess;
}

static cudaError_t run_download(void *args)
{
    const struct copy *c = args;
    const void *from = mock_memory_find(c->from, c->bytes);
    if (from == NULL)
        return cudaErrorIllegalAddress;
    memcpy(c->to, from, c->bytes);
    return cudaSuccess;
}

/* Ordinary memory is read now, as the real one does in a buffer of its own; pinned memory when the device
 * gets there, and all memory where it can. */
static cudaError_t upload(void *to, const void *from, size_t bytes)
{
    const bool late = mock_is_pinned(from, bytes) || mock_asked_for("shared_pages");
    const size_t all = sizeof(struct copy) + (late ? 0 : bytes);
    struct copy *c = malloc(all);
    if (c == NULL)
        return cudaErrorMemoryAllocation;
    *c = (struct copy){.to = to, .from = late ? from : NULL, .bytes = bytes};
    if (!late)
        memcpy(c->staged, from, bytes);
    const cudaError_t code = mock_enqueue(run_upload, c, all);
    free(c);
    return code;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind,
                            cudaStream_t stream)
{
    MOCK_TRY(mock_ready_outside_recording());
    const struct copy download = {.to = to, .from = from, .bytes = bytes};
    if (stream == NULL)
        return mock_answer(cudaErrorInvalidResourceHandle);
    if (mock_memory_find(kind == cudaMemcpyHostToDevice ? to : from, bytes) == NULL)
        return mock_answer(cudaErrorInvalidValue);
    if (kind == cudaMemcpyHostToDevice)
        return mock_answer(upload(to, from, bytes));
    return mock_answer(kind == cudaMemcpyDeviceToHost ? mock_enqueue(run_download, &download, sizeof download)
                                                      : cudaErrorInvalidValue);
}
