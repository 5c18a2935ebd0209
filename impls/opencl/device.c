#include "opencl/device.h"

#include "opencl/error.h"

#include <stdio.h>
#include <string.h>

enum { WHY = 640 };

enum ib_status ib_cl_probe(char *why, size_t n)
{
    struct ib_cl_devices all;
    return ib_cl_devices_find(&all, why, n);
}

/* ---- the chosen device ---- */

static enum ib_status choose(const struct ib_host *host, struct ib_cl_device *out)
{
    struct ib_cl_devices all;
    const struct ib_cl_device *chosen = NULL;
    char why[WHY];
    enum ib_status status = ib_cl_devices_find(&all, why, sizeof why);
    if (status == IB_OK)
        status = ib_cl_devices_choose(&all, host->option_text(host, "platform"),
                                      host->option_text(host, "device"), &chosen, why, sizeof why);
    if (status != IB_OK)
        return host->fail(host, status, "%s", why);
    *out = *chosen;
    return IB_OK;
}

static bool has_extension(cl_device_id id, const char *name)
{
    char extensions[8192] = "";
    const char *found = extensions;
    const size_t length = strlen(name);
    clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, sizeof extensions - 1, extensions, NULL);
    while ((found = strstr(found, name)) != NULL) {
        if ((found == extensions || found[-1] == ' ') && (found[length] == ' ' || found[length] == '\0'))
            return true;
        found += length;
    }
    return false;
}

static enum ib_status query_device(struct ib_cl *cl)
{
    const struct ib_host *host = cl->launcher.host;
    const cl_device_id id = cl->device.id;
    cl_bool available = CL_FALSE, compiler = CL_FALSE;
    IB_TRY(ib_cl_check(host, "clGetDeviceInfo",
                       clGetDeviceInfo(id, CL_DEVICE_AVAILABLE, sizeof available, &available, NULL)));
    IB_TRY(ib_cl_check(host, "clGetDeviceInfo",
                       clGetDeviceInfo(id, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiler, &compiler, NULL)));
    IB_TRY(ib_cl_check(host, "clGetDeviceInfo",
                       clGetDeviceInfo(id, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof cl->max_group_items,
                                       &cl->max_group_items, NULL)));
    if (!available)
        return host->fail(host, IB_EUNAVAILABLE, "%s is not available", cl->device.name);
    if (!compiler)
        return host->fail(host, IB_EUNAVAILABLE, "%s has no compiler", cl->device.name);
    cl->has_f64 = has_extension(id, "cl_khr_fp64");
    return IB_OK;
}

/* ---- opening and closing ---- */

static enum ib_status open_queue(struct ib_cl *cl, cl_command_queue_properties properties)
{
    cl_int code;
    cl->queue = clCreateCommandQueue(cl->context, cl->device.id, properties, &code);
    return ib_cl_check(cl->launcher.host, "clCreateCommandQueue", code);
}

static enum ib_status open_context(struct ib_cl *cl)
{
    cl_int code;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
                                                (cl_context_properties)cl->device.platform, 0};
    cl->context = clCreateContext(properties, 1, &cl->device.id, NULL, NULL, &code);
    IB_TRY(ib_cl_check(cl->launcher.host, "clCreateContext", code));
    return open_queue(cl, 0);
}

enum ib_status ib_cl_open(const struct ib_host *host, struct ib_cl *cl)
{
    cl->launcher = (struct ib_launcher){.host = host, .launch = ib_cl_launch, .scratch = ib_cl_scratch};
    IB_TRY(choose(host, &cl->device));
    IB_TRY(query_device(cl));
    const enum ib_status status = open_context(cl);
    if (status != IB_OK)
        ib_cl_close(cl);
    return status;
}

static void drop_marks(struct ib_cl *cl)
{
    for (int i = 0; i < 2; i++) {
        if (cl->marks[i] != NULL)
            clReleaseEvent(cl->marks[i]);
        cl->marks[i] = NULL;
    }
}

void ib_cl_close(struct ib_cl *cl)
{
    if (cl->queue != NULL)
        clFinish(cl->queue);
    drop_marks(cl);
    ib_cl_launch_close(cl);
    if (cl->queue != NULL)
        clReleaseCommandQueue(cl->queue);
    if (cl->context != NULL)
        clReleaseContext(cl->context);
    cl->queue = NULL;
    cl->context = NULL;
}

enum ib_status ib_cl_describe(void *state, char *text, size_t n)
{
    const struct ib_cl_device *d = &((const struct ib_cl *)state)->device;
    snprintf(text, n, "%s, %s, %s, driver %s", d->platform_name, d->name, d->version, d->driver);
    return IB_OK;
}

/* ---- memory ---- */

static enum ib_status mem_alloc(void *state, size_t bytes, void **out)
{
    struct ib_cl *cl = state;
    cl_int code;
    *out = clCreateBuffer(cl->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
    if (code == CL_SUCCESS)
        return IB_OK;
    const enum ib_status status = code == CL_OUT_OF_RESOURCES ? IB_ENOMEM : ib_cl_error_status(code);
    return cl->launcher.host->fail(cl->launcher.host, status, "no device memory for %zu bytes: %s", bytes,
                                   ib_cl_error_name(code));
}

/* The driver keeps a buffer until the work that uses it is done. */
static void mem_free(void *state, void *device)
{
    (void)state;
    clReleaseMemObject(device);
}

/* Blocking: the caller may change its array as soon as this returns. */
static enum ib_status mem_h2d(void *state, void *device, const void *host, size_t bytes)
{
    struct ib_cl *cl = state;
    if (bytes == 0)
        return IB_OK;
    return ib_cl_check(cl->launcher.host, "clEnqueueWriteBuffer",
                       clEnqueueWriteBuffer(cl->queue, device, CL_TRUE, 0, bytes, host, 0, NULL, NULL));
}

static enum ib_status mem_d2h(void *state, void *host, const void *device, size_t bytes)
{
    struct ib_cl *cl = state;
    cl_mem buffer = (cl_mem)(uintptr_t)device;
    if (bytes == 0)
        return IB_OK;
    return ib_cl_check(cl->launcher.host, "clEnqueueReadBuffer",
                       clEnqueueReadBuffer(cl->queue, buffer, CL_TRUE, 0, bytes, host, 0, NULL, NULL));
}

static enum ib_status mem_sync(void *state)
{
    struct ib_cl *cl = state;
    return ib_cl_check(cl->launcher.host, "clFinish", clFinish(cl->queue));
}

/* ---- the device's clock ---- */

/* Event times need a queue created for profiling, which is slower. */
static enum ib_status start_profiling(struct ib_cl *cl)
{
    IB_TRY(mem_sync(cl));
    clReleaseCommandQueue(cl->queue);
    cl->queue = NULL;
    IB_TRY(open_queue(cl, CL_QUEUE_PROFILING_ENABLE));
    cl->is_profiled = true;
    return IB_OK;
}

static enum ib_status mem_mark(void *state, uint32_t which)
{
    struct ib_cl *cl = state;
    const struct ib_host *host = cl->launcher.host;
    if (which > 1)
        return host->fail(host, IB_EINVAL, "mark %u does not exist; marks are 0 and 1", which);
    if (!cl->is_profiled)
        IB_TRY(start_profiling(cl));
    if (cl->marks[which] != NULL)
        clReleaseEvent(cl->marks[which]);
    cl->marks[which] = NULL;
    return ib_cl_check(host, "clEnqueueMarkerWithWaitList",
                       clEnqueueMarkerWithWaitList(cl->queue, 0, NULL, &cl->marks[which]));
}

static enum ib_status mem_elapsed(void *state, uint64_t *out_ns)
{
    const struct ib_cl *cl = state;
    const struct ib_host *host = cl->launcher.host;
    cl_ulong end[2];
    for (int i = 0; i < 2; i++) {
        if (cl->marks[i] == NULL)
            return host->fail(host, IB_EINVAL, "mark %d was never set", i);
        IB_TRY(ib_cl_check(
            host, "clGetEventProfilingInfo",
            clGetEventProfilingInfo(cl->marks[i], CL_PROFILING_COMMAND_END, sizeof end[i], &end[i], NULL)));
    }
    if (end[1] < end[0])
        return host->fail(host, IB_EDEVICE, "the device's clock runs backwards between two marks");
    *out_ns = end[1] - end[0];
    return IB_OK;
}

const struct ib_mem_ops ib_cl_mem = {
    .struct_size = sizeof ib_cl_mem,
    .alloc = mem_alloc,
    .free = mem_free,
    .h2d = mem_h2d,
    .d2h = mem_d2h,
    .sync = mem_sync,
    .mark = mem_mark,
    .elapsed = mem_elapsed,
};
