/* Shared virtual memory: coarse-grained buffers are copied by calls and maps, fine-grained ones without any
 * call. */
#include "layer.h"

static void *CL_API_CALL svm_alloc(cl_context context, cl_svm_mem_flags flags, size_t bytes,
                                   cl_uint alignment)
{
    void *start = ib_layer_next->clSVMAlloc(context, flags, bytes, alignment);
    if (start != NULL && (flags & CL_MEM_SVM_FINE_GRAIN_BUFFER) != 0)
        ib_layer_lost = "fine-grained shared memory is copied without a call";
    if (start != NULL)
        ib_layer_share(start, bytes);
    return start;
}

static void CL_API_CALL svm_free(cl_context context, void *start)
{
    ib_layer_unshare(start);
    ib_layer_next->clSVMFree(context, start);
}

static cl_int CL_API_CALL svm_memcpy(cl_command_queue queue, cl_bool blocking, void *to, const void *from,
                                     size_t bytes, cl_uint n, const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueSVMMemcpy(queue, blocking, to, from, bytes, n, wait, event);
    const bool to_device = ib_layer_is_shared(to), from_device = ib_layer_is_shared(from);
    if (code == CL_SUCCESS && to_device && from_device)
        ib_layer_count_d2d(bytes);
    else if (code == CL_SUCCESS && to_device)
        ib_layer_count_h2d(bytes);
    else if (code == CL_SUCCESS && from_device)
        ib_layer_count_d2h(bytes);
    return code;
}

static cl_int CL_API_CALL svm_fill(cl_command_queue queue, void *start, const void *pattern,
                                   size_t pattern_bytes, size_t bytes, cl_uint n, const cl_event *wait,
                                   cl_event *event)
{
    const cl_int code =
        ib_layer_next->clEnqueueSVMMemFill(queue, start, pattern, pattern_bytes, bytes, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_memset(bytes);
    return code;
}

static cl_int CL_API_CALL svm_map(cl_command_queue queue, cl_bool blocking, cl_map_flags flags, void *start,
                                  size_t bytes, cl_uint n, const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueSVMMap(queue, blocking, flags, start, bytes, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_map(start, bytes, flags);
    return code;
}

static cl_int CL_API_CALL svm_unmap(cl_command_queue queue, void *start, cl_uint n, const cl_event *wait,
                                    cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueSVMUnmap(queue, start, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_unmap(start);
    return code;
}

static cl_int CL_API_CALL set_svm_argument(cl_kernel kernel, cl_uint index, const void *p)
{
    const cl_int code = ib_layer_next->clSetKernelArgSVMPointer(kernel, index, p);
    if (code == CL_SUCCESS && p != NULL && !ib_layer_is_shared(p))
        ib_layer_lost = "a kernel was given host memory";
    return code;
}

static cl_int CL_API_CALL set_kernel_info(cl_kernel kernel, cl_kernel_exec_info what, size_t n,
                                          const void *value)
{
    const cl_int code = ib_layer_next->clSetKernelExecInfo(kernel, what, n, value);
    if (code == CL_SUCCESS && what == CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM &&
        *(const cl_bool *)value != CL_FALSE)
        ib_layer_lost = "a kernel was given access to all host memory";
    return code;
}

void ib_layer_watch_shared(cl_icd_dispatch *table)
{
    table->clSVMAlloc = svm_alloc;
    table->clSVMFree = svm_free;
    table->clEnqueueSVMMemcpy = svm_memcpy;
    table->clEnqueueSVMMemFill = svm_fill;
    table->clEnqueueSVMMap = svm_map;
    table->clEnqueueSVMUnmap = svm_unmap;
    table->clSetKernelArgSVMPointer = set_svm_argument;
    table->clSetKernelExecInfo = set_kernel_info;
}
