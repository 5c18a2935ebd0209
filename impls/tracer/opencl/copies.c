/* Copies requested by the caller, and maps. */
#include "layer.h"

/* ---- buffers and images: reads and writes ---- */

size_t ib_layer_volume(const size_t *region)
{
    return region[0] * region[1] * region[2];
}

size_t ib_layer_image_bytes(cl_mem image, const size_t *region)
{
    size_t element = 0;
    ib_layer_next->clGetImageInfo(image, CL_IMAGE_ELEMENT_SIZE, sizeof element, &element, NULL);
    return element * ib_layer_volume(region);
}

static cl_int CL_API_CALL write_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset,
                                       size_t bytes, const void *host, cl_uint n, const cl_event *wait,
                                       cl_event *event)
{
    const cl_int code =
        ib_layer_next->clEnqueueWriteBuffer(queue, buffer, blocking, offset, bytes, host, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_h2d(bytes);
    return code;
}

static cl_int CL_API_CALL read_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset,
                                      size_t bytes, void *host, cl_uint n, const cl_event *wait,
                                      cl_event *event)
{
    const cl_int code =
        ib_layer_next->clEnqueueReadBuffer(queue, buffer, blocking, offset, bytes, host, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_d2h(bytes);
    return code;
}

static cl_int CL_API_CALL write_buffer_rect(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                            const size_t *buffer_origin, const size_t *host_origin,
                                            const size_t *region, size_t buffer_row, size_t buffer_slice,
                                            size_t host_row, size_t host_slice, const void *host, cl_uint n,
                                            const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueWriteBufferRect(queue, buffer, blocking, buffer_origin,
                                                                host_origin, region, buffer_row, buffer_slice,
                                                                host_row, host_slice, host, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_h2d(ib_layer_volume(region));
    return code;
}

static cl_int CL_API_CALL read_buffer_rect(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                           const size_t *buffer_origin, const size_t *host_origin,
                                           const size_t *region, size_t buffer_row, size_t buffer_slice,
                                           size_t host_row, size_t host_slice, void *host, cl_uint n,
                                           const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueReadBufferRect(queue, buffer, blocking, buffer_origin,
                                                               host_origin, region, buffer_row, buffer_slice,
                                                               host_row, host_slice, host, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_d2h(ib_layer_volume(region));
    return code;
}

static cl_int CL_API_CALL write_image(cl_command_queue queue, cl_mem image, cl_bool blocking,
                                      const size_t *origin, const size_t *region, size_t row, size_t slice,
                                      const void *host, cl_uint n, const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueWriteImage(queue, image, blocking, origin, region, row, slice,
                                                           host, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_h2d(ib_layer_image_bytes(image, region));
    return code;
}

static cl_int CL_API_CALL read_image(cl_command_queue queue, cl_mem image, cl_bool blocking,
                                     const size_t *origin, const size_t *region, size_t row, size_t slice,
                                     void *host, cl_uint n, const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueReadImage(queue, image, blocking, origin, region, row, slice,
                                                          host, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_d2h(ib_layer_image_bytes(image, region));
    return code;
}

/* ---- maps ---- */

static void *CL_API_CALL map_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                    cl_map_flags flags, size_t offset, size_t bytes, cl_uint n,
                                    const cl_event *wait, cl_event *event, cl_int *code)
{
    void *start = ib_layer_next->clEnqueueMapBuffer(queue, buffer, blocking, flags, offset, bytes, n, wait,
                                                    event, code);
    if (start != NULL)
        ib_layer_count_map(start, bytes, flags);
    return start;
}

static void *CL_API_CALL map_image(cl_command_queue queue, cl_mem image, cl_bool blocking, cl_map_flags flags,
                                   const size_t *origin, const size_t *region, size_t *row, size_t *slice,
                                   cl_uint n, const cl_event *wait, cl_event *event, cl_int *code)
{
    void *start = ib_layer_next->clEnqueueMapImage(queue, image, blocking, flags, origin, region, row, slice,
                                                   n, wait, event, code);
    if (start != NULL)
        ib_layer_count_map(start, ib_layer_image_bytes(image, region), flags);
    return start;
}

static cl_int CL_API_CALL unmap(cl_command_queue queue, cl_mem object, void *start, cl_uint n,
                                const cl_event *wait, cl_event *event)
{
    const cl_int code = ib_layer_next->clEnqueueUnmapMemObject(queue, object, start, n, wait, event);
    if (code == CL_SUCCESS)
        ib_layer_count_unmap(start);
    return code;
}

void ib_layer_watch_copies(cl_icd_dispatch *table)
{
    table->clEnqueueWriteBuffer = write_buffer;
    table->clEnqueueReadBuffer = read_buffer;
    table->clEnqueueWriteBufferRect = write_buffer_rect;
    table->clEnqueueReadBufferRect = read_buffer_rect;
    table->clEnqueueWriteImage = write_image;
    table->clEnqueueReadImage = read_image;
    table->clEnqueueMapBuffer = map_buffer;
    table->clEnqueueMapImage = map_image;
    table->clEnqueueUnmapMemObject = unmap;
}
