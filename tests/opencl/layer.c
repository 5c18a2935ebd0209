#include "layer.h"

#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl_layer.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT struct layer_programs layer_programs;
static cl_icd_dispatch ours;
static const cl_icd_dispatch *next;
static unsigned launches, reads;

static bool asked_for(const char *fault)
{
    const char *faults = getenv("IRONBENCH_TEST_LAYER");
    return faults != NULL && strstr(faults, fault) != NULL;
}

/* ---- properties of the device ---- */

/* As OpenCL answers every question about text. */
static cl_int answer_text(const char *text, size_t n, void *value, size_t *needed)
{
    if (value != NULL && n < strlen(text) + 1)
        return CL_INVALID_VALUE;
    if (value != NULL)
        memcpy(value, text, strlen(text) + 1);
    if (needed != NULL)
        *needed = strlen(text) + 1;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL platform_info(cl_platform_id platform, cl_platform_info what, size_t n, void *value,
                                        size_t *needed)
{
    if (what == CL_PLATFORM_NAME && asked_for("other_platform"))
        return answer_text(LAYER_PLATFORM, n, value, needed);
    return next->clGetPlatformInfo(platform, what, n, value, needed);
}

static cl_int CL_API_CALL device_ids(cl_platform_id platform, cl_device_type type, cl_uint n,
                                     cl_device_id *devices, cl_uint *found)
{
    return asked_for("no_device") ? CL_DEVICE_NOT_FOUND
                                  : next->clGetDeviceIDs(platform, type, n, devices, found);
}

static void hide_f64(cl_device_info what, void *value)
{
    char *found = what == CL_DEVICE_EXTENSIONS && value != NULL ? strstr(value, "cl_khr_fp64") : NULL;
    if (found != NULL)
        memset(found, ' ', strlen("cl_khr_fp64"));
    if (what == CL_DEVICE_DOUBLE_FP_CONFIG && value != NULL)
        memset(value, 0, sizeof(cl_device_fp_config));
}

static cl_int CL_API_CALL device_info(cl_device_id device, cl_device_info what, size_t n, void *value,
                                      size_t *needed)
{
    const cl_int code = next->clGetDeviceInfo(device, what, n, value, needed);
    const size_t few = 16;
    if (code == CL_SUCCESS && asked_for("no_f64"))
        hide_f64(what, value);
    if (code == CL_SUCCESS && what == CL_DEVICE_MAX_WORK_GROUP_SIZE && value != NULL &&
        asked_for("small_groups"))
        memcpy(value, &few, sizeof few);
    return code;
}

/* ---- work ---- */

static cl_program CL_API_CALL program_from_text(cl_context context, cl_uint n, const char **text,
                                                const size_t *lengths, cl_int *code)
{
    const char *broken = "#warning of no interest\nvoid broken(int x) { y = x; }\n";
    layer_programs.from_text++;
    if (asked_for("no_build"))
        return next->clCreateProgramWithSource(context, 1, &broken, NULL, code);
    return next->clCreateProgramWithSource(context, n, text, lengths, code);
}

static cl_program CL_API_CALL program_from_binary(cl_context context, cl_uint n, const cl_device_id *devices,
                                                  const size_t *lengths, const unsigned char **binaries,
                                                  cl_int *statuses, cl_int *code)
{
    layer_programs.from_binary++;
    return next->clCreateProgramWithBinary(context, n, devices, lengths, binaries, statuses, code);
}

static cl_mem CL_API_CALL create_buffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host,
                                        cl_int *code)
{
    if (!asked_for("no_memory"))
        return next->clCreateBuffer(context, flags, bytes, host, code);
    if (code != NULL)
        *code = CL_MEM_OBJECT_ALLOCATION_FAILURE;
    return NULL;
}

static cl_int CL_API_CALL launch(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                 const size_t *offset, const size_t *all, const size_t *group, cl_uint n,
                                 const cl_event *wait, cl_event *event)
{
    if (asked_for("no_launch") && launches++ >= LAYER_CALLS)
        return CL_OUT_OF_RESOURCES;
    return next->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, all, group, n, wait, event);
}

static cl_int CL_API_CALL read_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset,
                                      size_t bytes, void *host, cl_uint n, const cl_event *wait,
                                      cl_event *event)
{
    if (asked_for("no_read") && reads++ >= LAYER_CALLS)
        return CL_OUT_OF_RESOURCES;
    return next->clEnqueueReadBuffer(queue, buffer, blocking, offset, bytes, host, n, wait, event);
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

EXPORT CL_API_ENTRY cl_int CL_API_CALL clInitLayer(cl_uint n, const cl_icd_dispatch *target, cl_uint *n_ours,
                                                   const cl_icd_dispatch **out)
{
    const cl_uint entries = sizeof ours / sizeof(void *);
    if (n < entries)
        return CL_INVALID_VALUE;
    memcpy(&ours, target, sizeof ours);
    ours.clGetPlatformInfo = platform_info;
    ours.clGetDeviceIDs = device_ids;
    ours.clGetDeviceInfo = device_info;
    ours.clCreateProgramWithSource = program_from_text;
    ours.clCreateProgramWithBinary = program_from_binary;
    ours.clCreateBuffer = create_buffer;
    ours.clEnqueueNDRangeKernel = launch;
    ours.clEnqueueReadBuffer = read_buffer;
    next = target;
    *out = &ours;
    *n_ours = entries;
    return CL_SUCCESS;
}
