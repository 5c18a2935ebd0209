/* Memory objects created with initial contents. */
#include "layer.h"

static cl_mem count_created(cl_mem created, cl_mem_flags flags)
{
    size_t bytes = 0;
    if (created == NULL || (flags & (CL_MEM_COPY_HOST_PTR | CL_MEM_USE_HOST_PTR)) == 0)
        return created;
    ib_layer_next->clGetMemObjectInfo(created, CL_MEM_SIZE, sizeof bytes, &bytes, NULL);
    ib_layer_count_h2d(bytes);
    return created;
}

static cl_mem CL_API_CALL create_buffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host,
                                        cl_int *code)
{
    return count_created(ib_layer_next->clCreateBuffer(context, flags, bytes, host, code), flags);
}

static cl_mem CL_API_CALL create_buffer_with_properties(cl_context context,
                                                        const cl_mem_properties *properties,
                                                        cl_mem_flags flags, size_t bytes, void *host,
                                                        cl_int *code)
{
    return count_created(
        ib_layer_next->clCreateBufferWithProperties(context, properties, flags, bytes, host, code), flags);
}

static cl_mem CL_API_CALL create_image(cl_context context, cl_mem_flags flags, const cl_image_format *format,
                                       const cl_image_desc *desc, void *host, cl_int *code)
{
    return count_created(ib_layer_next->clCreateImage(context, flags, format, desc, host, code), flags);
}

static cl_mem CL_API_CALL create_image_with_properties(cl_context context,
                                                       const cl_mem_properties *properties,
                                                       cl_mem_flags flags, const cl_image_format *format,
                                                       const cl_image_desc *desc, void *host, cl_int *code)
{
    return count_created(
        ib_layer_next->clCreateImageWithProperties(context, properties, flags, format, desc, host, code),
        flags);
}

static cl_mem CL_API_CALL create_image_2d(cl_context context, cl_mem_flags flags,
                                          const cl_image_format *format, size_t width, size_t height,
                                          size_t row, void *host, cl_int *code)
{
    return count_created(
        ib_layer_next->clCreateImage2D(context, flags, format, width, height, row, host, code), flags);
}

static cl_mem CL_API_CALL create_image_3d(cl_context context, cl_mem_flags flags,
                                          const cl_image_format *format, size_t width, size_t height,
                                          size_t depth, size_t row, size_t slice, void *host, cl_int *code)
{
    return count_created(
        ib_layer_next->clCreateImage3D(context, flags, format, width, height, depth, row, slice, host, code),
        flags);
}

void ib_layer_watch_creation(cl_icd_dispatch *table)
{
    table->clCreateBuffer = create_buffer;
    table->clCreateBufferWithProperties = create_buffer_with_properties;
    table->clCreateImage = create_image;
    table->clCreateImageWithProperties = create_image_with_properties;
    table->clCreateImage2D = create_image_2d;
    table->clCreateImage3D = create_image_3d;
}
