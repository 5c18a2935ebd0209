/* The tracer of OpenCL: a layer that the loader inserts between all callers and all drivers, and which
 * counts the copies between host and device. The harness loads this object and calls `attach`; the loader
 * then loads the same object, so both share its variables. Accesses that the layer cannot see (shared
 * virtual memory without maps, functions of extensions, kernels on the host) make the counts invalid. */
#include "opencl/layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

const cl_icd_dispatch *ib_layer_next;
static cl_icd_dispatch ours;
static const char *absent = "this OpenCL loader ignores layers"; /* the reason while ib_layer_next is NULL */

/* ---- work ---- */

static cl_int CL_API_CALL launch(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                 const size_t *offset, const size_t *all, const size_t *group, cl_uint n,
                                 const cl_event *wait, cl_event *event)
{
    const cl_int code =
        ib_layer_next->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, all, group, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_launch(kernel);
    return code;
}

static cl_int CL_API_CALL launch_task(cl_command_queue queue, cl_kernel kernel, cl_uint n,
                                      const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueTask(queue, kernel, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_launch(kernel);
    return code;
}

static cl_int CL_API_CALL launch_native(cl_command_queue queue, void(CL_CALLBACK *function)(void *),
                                        void *arguments, size_t bytes, cl_uint n_objects,
                                        const cl_mem *objects, const void **places, cl_uint n,
                                        const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueNativeKernel(queue, function, arguments, bytes, n_objects,
                                                             objects, places, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_lost = "a native kernel accessed device memory from the host";
    return code;
}

static cl_int CL_API_CALL finish(cl_command_queue queue)
{
    ib_layer_seen.sync_count++;
    return ib_layer_next->clFinish(queue);
}

static cl_int CL_API_CALL wait_for_events(cl_uint n, const cl_event *events)
{
    ib_layer_seen.sync_count++;
    return ib_layer_next->clWaitForEvents(n, events);
}

static void *CL_API_CALL extension_function(cl_platform_id platform, const char *name)
{
    void *function = ib_layer_next->clGetExtensionFunctionAddressForPlatform(platform, name);
    if (function != NULL)
        ib_layer_lost = "an extension function was used, which layers cannot observe";
    return function;
}

/* ---- the layer ---- */

EXPORT CL_API_ENTRY cl_int CL_API_CALL clGetLayerInfo(cl_layer_info what, size_t n, void *value,
                                                      size_t *needed)
{
    const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
    if (what != CL_LAYER_API_VERSION || (value != NULL && n < sizeof version))
        return CL_INVALID_VALUE;
    if (value != NULL)
        memcpy(value, &version, sizeof version);
    if (needed != NULL)
        *needed = sizeof version;
    return CL_SUCCESS;
}

static void watch_work(cl_icd_dispatch *table)
{
    table->clEnqueueNDRangeKernel = launch;
    table->clEnqueueTask = launch_task;
    table->clEnqueueNativeKernel = launch_native;
    table->clFinish = finish;
    table->clWaitForEvents = wait_for_events;
    table->clGetExtensionFunctionAddressForPlatform = extension_function;
}

EXPORT CL_API_ENTRY cl_int CL_API_CALL clInitLayer(cl_uint n, const cl_icd_dispatch *target, cl_uint *n_ours,
                                                   const cl_icd_dispatch **out)
{
    const cl_uint entries = sizeof ours / sizeof(void *);
    if (ib_layer_next != NULL) /* listed twice: a table that calls itself would recurse forever */
        return CL_INVALID_OPERATION;
    if (n < entries) {
        absent = "this OpenCL loader is older than the OpenCL version of the tracer";
        return CL_INVALID_VALUE;
    }
    memcpy(&ours, target, sizeof ours);
    ib_layer_watch_copies(&ours);
    ib_layer_watch_device(&ours);
    ib_layer_watch_creation(&ours);
    ib_layer_watch_shared(&ours);
    watch_work(&ours);
    ib_layer_next = target;
    *out = &ours;
    *n_ours = entries;
    return CL_SUCCESS;
}

/* ---- the tracer ---- */

/* Returns true if `path` is in a list separated by ':'. */
static bool is_listed(const char *list, const char *path)
{
    const size_t length = strlen(path);
    for (const char *at = list; (at = strstr(at, path)) != NULL; at += length)
        if ((at == list || at[-1] == ':') && (at[length] == ':' || at[length] == '\0'))
            return true;
    return false;
}

static enum ib_status add_layer(const char *path)
{
    const char *before = getenv("OPENCL_LAYERS");
    if (before == NULL || before[0] == '\0')
        return setenv("OPENCL_LAYERS", path, 1) == 0 ? IB_OK : IB_ENOMEM;
    if (is_listed(before, path))
        return IB_OK;
    char *list = NULL;
    if (asprintf(&list, "%s:%s", before, path) < 0)
        return IB_ENOMEM;
    const int failed = setenv("OPENCL_LAYERS", list, 1);
    free(list);
    return failed == 0 ? IB_OK : IB_ENOMEM;
}

static enum ib_status attach(const char *path, char *why, size_t n)
{
    if (strchr(path, ':') != NULL) {
        snprintf(why, n, "OpenCL loaders cannot load a layer from a path that contains ':' (%s)", path);
        return IB_EUNAVAILABLE;
    }
    if (add_layer(path) != IB_OK) {
        snprintf(why, n, "no memory for OPENCL_LAYERS");
        return IB_EUNAVAILABLE;
    }
    ib_layer_clear();
    return IB_OK;
}

static enum ib_status count(struct ib_copies *out, char *why, size_t n)
{
    if (ib_layer_next == NULL || ib_layer_lost != NULL) {
        snprintf(why, n, "%s", ib_layer_next == NULL ? absent : ib_layer_lost);
        return IB_EUNAVAILABLE;
    }
    const struct ib_copies mine = {.h2d_count = ib_layer_seen.h2d_count,
                                   .h2d_bytes = ib_layer_seen.h2d_bytes,
                                   .d2h_count = ib_layer_seen.d2h_count,
                                   .d2h_bytes = ib_layer_seen.d2h_bytes,
                                   .launch_count = ib_layer_seen.launch_count,
                                   .sync_count = ib_layer_seen.sync_count,
                                   .d2d_count = ib_layer_seen.d2d_count,
                                   .d2d_bytes = ib_layer_seen.d2d_bytes,
                                   .memset_count = ib_layer_seen.memset_count,
                                   .memset_bytes = ib_layer_seen.memset_bytes,
                                   /* OpenCL does not report how host memory was allocated */
                                   .pageable_count = IB_UNCOUNTED,
                                   .pageable_bytes = IB_UNCOUNTED,
                                   .pinned_count = IB_UNCOUNTED,
                                   .pinned_bytes = IB_UNCOUNTED};
    IB_FILL(out, &mine);
    return IB_OK;
}

EXPORT const struct ib_tracer *ib_tracer_plugin(uint32_t host_abi_major)
{
    static const struct ib_tracer tracer = {
        .struct_size = sizeof tracer,
        .abi_major = IB_TRACER_ABI_MAJOR,
        .name = "opencl",
        .source = "OpenCL layer",
        .attach = attach,
        .count = count,
        .kernel = ib_layer_kernel,
    };
    return host_abi_major == IB_TRACER_ABI_MAJOR ? &tracer : NULL;
}
