/* Work within the device: copies from its memory to its memory, and fills. */
#include "layer.h"

/* ---- copies ---- */

static cl_int CL_API_CALL copy_buffer(cl_command_queue queue, cl_mem from, cl_mem to, size_t from_offset,
                                      size_t to_offset, size_t bytes, cl_uint n, const cl_event *wait,
                                      cl_event *event)
{
    const cl_int code =
        ib_layer_next->clEnqueueCopyBuffer(queue, from, to, from_offset, to_offset, bytes, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_d2d(bytes);
    return code;
}

static cl_int CL_API_CALL copy_buffer_rect(cl_command_queue queue, cl_mem from, cl_mem to,
                                           const size_t *from_origin, const size_t *to_origin,
                                           const size_t *region, size_t from_row, size_t from_slice,
                                           size_t to_row, size_t to_slice, cl_uint n, const cl_event *wait,
                                           cl_event *event)
{
    const cl_int code =
        ib_layer_next->clEnqueueCopyBufferRect(queue, from, to, from_origin, to_origin, region, from_row,
                                               from_slice, to_row, to_slice, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_d2d(ib_layer_volume(region));
    return code;
}

static cl_int CL_API_CALL copy_image(cl_command_queue queue, cl_mem from, cl_mem to,
                                     const size_t *from_origin, const size_t *to_origin, const size_t *region,
                                     cl_uint n, const cl_event *wait, cl_event *event)
{
    const cl_int code =
        ib_layer_next->clEnqueueCopyImage(queue, from, to, from_origin, to_origin, region, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_d2d(ib_layer_image_bytes(from, region));
    return code;
}

static cl_int CL_API_CALL copy_image_to_buffer(cl_command_queue queue, cl_mem image, cl_mem buffer,
                                               const size_t *origin, const size_t *region, size_t offset,
                                               cl_uint n, const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueCopyImageToBuffer(queue, image, buffer, origin, region,
                                                                  offset, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_d2d(ib_layer_image_bytes(image, region));
    return code;
}

static cl_int CL_API_CALL copy_buffer_to_image(cl_command_queue queue, cl_mem buffer, cl_mem image,
                                               size_t offset, const size_t *origin, const size_t *region,
                                               cl_uint n, const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueCopyBufferToImage(queue, buffer, image, offset, origin,
                                                                  region, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_d2d(ib_layer_image_bytes(image, region));
    return code;
}

/* ---- fills ---- */

static cl_int CL_API_CALL fill_buffer(cl_command_queue queue, cl_mem buffer, const void *pattern,
                                      size_t pattern_bytes, size_t offset, size_t bytes, cl_uint n,
                                      const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueFillBuffer(queue, buffer, pattern, pattern_bytes, offset,
                                                           bytes, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_memset(bytes);
    return code;
}

static cl_int CL_API_CALL fill_image(cl_command_queue queue, cl_mem image, const void *colour,
                                     const size_t *origin, const size_t *region, cl_uint n,
                                     const cl_event *wait, cl_event *event)
{
    const cl_int code =
        ib_layer_next->clEnqueueFillImage(queue, image, colour, origin, region, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_memset(ib_layer_image_bytes(image, region));
    return code;
}

void ib_layer_watch_device(cl_icd_dispatch *table)
{
    table->clEnqueueCopyBuffer = copy_buffer;
    table->clEnqueueCopyBufferRect = copy_buffer_rect;
    table->clEnqueueCopyImage = copy_image;
    table->clEnqueueCopyImageToBuffer = copy_image_to_buffer;
    table->clEnqueueCopyBufferToImage = copy_buffer_to_image;
    table->clEnqueueFillBuffer = fill_buffer;
    table->clEnqueueFillImage = fill_image;
}
