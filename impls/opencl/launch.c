#include "opencl/device.h"
#include "opencl/error.h"
#include "opencl/program.h"

#include <stdio.h>

/* The source text of kernels/, for both types. */
extern const char ib_kernel_text[];

static const char *type_name(enum ib_dtype type)
{
    return type == IB_F32 ? "f32" : "f64";
}

/* ---- kernels of one type, created on first use ---- */

static enum ib_status kernels_of(struct ib_cl *cl, enum ib_dtype type, struct ib_cl_kernels **out)
{
    const struct ib_host *host = cl->launcher.host;
    *out = type == IB_F32 ? &cl->f32 : &cl->f64;
    if (type == IB_F64 && !cl->has_f64)
        return host->fail(host, IB_EUNSUPPORTED, "%s has no f64 (cl_khr_fp64)", cl->device.name);
    if ((*out)->program != NULL)
        return IB_OK;
    const char *options = type == IB_F32 ? "-cl-std=CL1.2 -DIB_REAL=float -DIB_TYPE=f32"
                                         : "-cl-std=CL1.2 -DIB_REAL=double -DIB_TYPE=f64";
    return ib_cl_program_build(host, cl->context, &cl->device, ib_kernel_text, options, &(*out)->program);
}

static enum ib_status kernel_of(struct ib_cl *cl, const struct ib_launch *launch, cl_kernel *out)
{
    struct ib_cl_kernels *kernels;
    char name[64];
    cl_int code = CL_SUCCESS;
    IB_TRY(kernels_of(cl, launch->type, &kernels));
    snprintf(name, sizeof name, "ibk_%s_%s", ib_kernel_names[launch->kernel], type_name(launch->type));
    if (kernels->kernel[launch->kernel] == NULL)
        kernels->kernel[launch->kernel] = clCreateKernel(kernels->program, name, &code);
    *out = kernels->kernel[launch->kernel];
    return ib_cl_check(cl->launcher.host, name, code);
}

static void close_kernels(struct ib_cl_kernels *kernels)
{
    for (int i = 0; i < IB_KERNEL_COUNT; i++)
        if (kernels->kernel[i] != NULL)
            clReleaseKernel(kernels->kernel[i]);
    if (kernels->program != NULL)
        clReleaseProgram(kernels->program);
    *kernels = (struct ib_cl_kernels){.program = NULL};
}

void ib_cl_launch_close(struct ib_cl *cl)
{
    close_kernels(&cl->f32);
    close_kernels(&cl->f64);
    if (cl->scratch != NULL)
        clReleaseMemObject(cl->scratch);
    cl->scratch = NULL;
    cl->scratch_bytes = 0;
}

/* ---- launching ---- */

static enum ib_status fail_launch(const struct ib_cl *cl, const struct ib_launch *launch, const char *call,
                                  cl_int code)
{
    char what[96];
    snprintf(what, sizeof what, "kernel %s of %s: %s", ib_kernel_names[launch->kernel],
             type_name(launch->type), call);
    return ib_cl_check(cl->launcher.host, what, code);
}

enum ib_status ib_cl_launch(void *state, const struct ib_launch *launch)
{
    struct ib_cl *cl = state;
    const struct ib_host *host = cl->launcher.host;
    const size_t items[] = {launch->items[0], launch->items[1]};
    const size_t all[] = {launch->groups[0] * items[0], launch->groups[1] * items[1]};
    cl_kernel kernel;
    cl_int code = CL_SUCCESS;
    if (items[0] * items[1] > cl->max_group_items)
        return host->fail(host, IB_EUNSUPPORTED, "%s supports at most %zu work-items per group, not %zu",
                          cl->device.name, cl->max_group_items, items[0] * items[1]);
    IB_TRY(kernel_of(cl, launch, &kernel));
    for (cl_uint i = 0; i < launch->n_args && code == CL_SUCCESS; i++)
        code = clSetKernelArg(kernel, i, launch->args[i].bytes, launch->args[i].value);
    if (code != CL_SUCCESS)
        return fail_launch(cl, launch, "clSetKernelArg", code);
    code = clEnqueueNDRangeKernel(cl->queue, kernel, 2, NULL, all, items, 0, NULL, NULL);
    return code == CL_SUCCESS ? IB_OK : fail_launch(cl, launch, "clEnqueueNDRangeKernel", code);
}

/* One buffer that grows. The old one may still be in use; the driver keeps it until the work is done. */
enum ib_status ib_cl_scratch(void *state, size_t bytes, void **out)
{
    struct ib_cl *cl = state;
    if (bytes > cl->scratch_bytes) {
        void *larger;
        IB_TRY(ib_cl_mem.alloc(cl, bytes, &larger));
        if (cl->scratch != NULL)
            clReleaseMemObject(cl->scratch);
        cl->scratch = larger;
        cl->scratch_bytes = bytes;
    }
    *out = cl->scratch;
    return IB_OK;
}
