#include "opencl/choice.h"

#include "opencl/error.h"
#include "opencl/vendors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PLATFORMS = 16 };

/* ---- available devices ---- */

static void device_text(cl_device_id id, cl_device_info what, char *out, size_t n)
{
    if (clGetDeviceInfo(id, what, n, out, NULL) != CL_SUCCESS)
        snprintf(out, n, "?");
    out[n - 1] = '\0';
}

static void add_device(struct ib_cl_devices *all, cl_platform_id platform, uint32_t index, cl_device_id id)
{
    struct ib_cl_device *d = &all->device[all->n++];
    *d = (struct ib_cl_device){.platform = platform, .id = id, .platform_index = index};
    if (clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof d->platform_name, d->platform_name, NULL) !=
        CL_SUCCESS)
        snprintf(d->platform_name, sizeof d->platform_name, "?");
    clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof d->type, &d->type, NULL);
    device_text(id, CL_DEVICE_NAME, d->name, sizeof d->name);
    device_text(id, CL_DEVICE_VERSION, d->version, sizeof d->version);
    device_text(id, CL_DRIVER_VERSION, d->driver, sizeof d->driver);
}

static bool is_pocl(cl_platform_id platform)
{
    char name[256] = "";
    return clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name, name, NULL) == CL_SUCCESS &&
           strstr(name, "Portable Computing Language") != NULL;
}

/* A failing platform counts as having no devices; its error is kept in case no platform has any. */
static cl_int add_platform(struct ib_cl_devices *all, cl_platform_id platform, uint32_t index)
{
    cl_device_id ids[IB_CL_MAX_DEVICES];
    cl_uint n = 0;
    const cl_int code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, IB_CL_MAX_DEVICES, ids, &n);
    for (cl_uint i = 0; code == CL_SUCCESS && i < n && all->n < IB_CL_MAX_DEVICES; i++)
        add_device(all, platform, index, ids[i]);
    return code;
}

enum ib_status ib_cl_devices_find(struct ib_cl_devices *all, char *why, size_t n)
{
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint count = 0;
    bool pocl = false;
    all->n = 0;
    cl_int code = clGetPlatformIDs(MAX_PLATFORMS, platforms, &count);
    if (code != CL_SUCCESS || count == 0) {
        ib_cl_vendors_explain(why, n);
        return IB_EUNAVAILABLE;
    }
    for (cl_uint i = 0; i < count && i < MAX_PLATFORMS; i++) {
        const cl_int failed = add_platform(all, platforms[i], i);
        code = failed == CL_SUCCESS ? code : failed;
        pocl = pocl || is_pocl(platforms[i]);
    }
    if (all->n > 0)
        return IB_OK;
    if (!pocl || !ib_cl_pocl_explain(why, n))
        snprintf(why, n, "no OpenCL device: clGetDeviceIDs: %s", ib_cl_error_name(code));
    return IB_EUNAVAILABLE;
}

/* ---- selection by options ---- */

static bool matches(const char *asked, uint32_t index, const char *name)
{
    if (asked[0] != '\0' && asked[strspn(asked, "0123456789")] == '\0')
        return strtoull(asked, NULL, 10) == index;
    return strcasestr(name, asked) != NULL;
}

static void list_devices(const struct ib_cl_devices *all, char *text, size_t n)
{
    size_t used = 0;
    for (uint32_t i = 0; i < all->n && used < n; i++) {
        const struct ib_cl_device *d = &all->device[i];
        const int written = snprintf(text + used, n - used, "%splatform %u %s, device %s", i == 0 ? "" : "; ",
                                     d->platform_index, d->platform_name, d->name);
        used += written < 0 ? n : (size_t)written;
    }
}

enum ib_status ib_cl_devices_choose(const struct ib_cl_devices *all, const char *platform, const char *device,
                                    const struct ib_cl_device **out, char *why, size_t n)
{
    const struct ib_cl_device *best = NULL;
    uint32_t index = 0;
    for (uint32_t i = 0; i < all->n; i++) {
        const struct ib_cl_device *d = &all->device[i];
        if (!matches(platform, d->platform_index, d->platform_name) || !matches(device, index++, d->name))
            continue;
        if (best == NULL || ((d->type & CL_DEVICE_TYPE_GPU) != 0 && (best->type & CL_DEVICE_TYPE_GPU) == 0))
            best = d;
    }
    *out = best;
    if (best != NULL)
        return IB_OK;
    char there[400];
    list_devices(all, there, sizeof there);
    snprintf(why, n, "no device matches platform `%s`, device `%s`; available: %s", platform, device, there);
    return IB_EUNAVAILABLE;
}
