/* The tracer of OpenCL counts all kinds of copies and nothing else, and reports if it cannot. The test
 * makes the calls on its own device. */
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl.h>

#include "ironbench/tracer.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TRACER IB_BUILD_DIR "/impls/tracer_opencl.so"

enum { BYTES = 4096, EXIT_SKIPPED = 77 };

static const struct ib_tracer *tracer;
static cl_device_id device_id;
static cl_context context;
static cl_command_queue queue;
static cl_mem buffer;
static char host[BYTES];

/* ---- what was counted ---- */

static void begin(void)
{
    char why[256];
    assert_int_equal(tracer->attach(TRACER, why, sizeof why), IB_OK);
}

/* As a caller hands it over. */
static struct ib_copies nothing_yet(void)
{
    struct ib_copies copies;
    memset(&copies, 0xff, sizeof copies); /* IB_UNCOUNTED */
    copies.struct_size = sizeof copies;
    return copies;
}

static struct ib_copies counted(void)
{
    struct ib_copies copies = nothing_yet();
    char why[256] = "";
    if (tracer->count(&copies, why, sizeof why) != IB_OK)
        fail_msg("%s", why);
    return copies;
}

static void assert_counted(uint64_t h2d_count, uint64_t h2d_bytes, uint64_t d2h_count, uint64_t d2h_bytes)
{
    const struct ib_copies got = counted();
    assert_int_equal(got.h2d_count, h2d_count);
    assert_int_equal(got.h2d_bytes, h2d_bytes);
    assert_int_equal(got.d2h_count, d2h_count);
    assert_int_equal(got.d2h_bytes, d2h_bytes);
}

static void assert_within(uint64_t d2d_count, uint64_t d2d_bytes, uint64_t memset_count,
                          uint64_t memset_bytes)
{
    const struct ib_copies got = counted();
    assert_int_equal(got.d2d_count, d2d_count);
    assert_int_equal(got.d2d_bytes, d2d_bytes);
    assert_int_equal(got.memset_count, memset_count);
    assert_int_equal(got.memset_bytes, memset_bytes);
}

static void assert_lost(const char *why)
{
    struct ib_copies copies = nothing_yet();
    char text[256] = "";
    assert_int_equal(tracer->count(&copies, text, sizeof text), IB_EUNAVAILABLE);
    assert_non_null(strstr(text, why));
}

#define OK(call) assert_int_equal(call, CL_SUCCESS)

/* ---- what must be counted ---- */

static void reads_and_writes(void **state)
{
    const size_t origin[] = {0, 0, 0}, region[] = {16, 4, 2};
    (void)state;
    begin();
    OK(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, 100, host, 0, NULL, NULL));
    OK(clEnqueueWriteBuffer(queue, buffer, CL_FALSE, 8, 10, host, 0, NULL, NULL));
    OK(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 7, host, 0, NULL, NULL));
    assert_counted(2, 110, 1, 7);
    OK(clEnqueueWriteBufferRect(queue, buffer, CL_TRUE, origin, origin, region, 32, 256, 16, 64, host, 0,
                                NULL, NULL));
    OK(clEnqueueReadBufferRect(queue, buffer, CL_TRUE, origin, origin, region, 32, 256, 16, 64, host, 0, NULL,
                               NULL));
    assert_counted(3, 110 + 128, 2, 7 + 128);
    /* a call that fails moves nothing */
    assert_int_not_equal(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, BYTES, 1, host, 0, NULL, NULL),
                         CL_SUCCESS);
    assert_int_not_equal(clEnqueueReadBuffer(queue, buffer, CL_TRUE, BYTES, 1, host, 0, NULL, NULL),
                         CL_SUCCESS);
    assert_counted(3, 110 + 128, 2, 7 + 128);
}

static void *map(cl_map_flags flags, size_t offset, size_t bytes)
{
    cl_int code;
    void *p = clEnqueueMapBuffer(queue, buffer, CL_TRUE, flags, offset, bytes, 0, NULL, NULL, &code);
    OK(code);
    return p;
}

static void unmap(void *p)
{
    OK(clEnqueueUnmapMemObject(queue, buffer, p, 0, NULL, NULL));
}

static void maps(void **state)
{
    (void)state;
    begin();
    unmap(map(CL_MAP_READ, 0, 100));
    assert_counted(0, 0, 1, 100);
    void *p = map(CL_MAP_WRITE_INVALIDATE_REGION, 256, 50);
    assert_counted(0, 0, 1, 100); /* not before it is unmapped */
    unmap(p);
    assert_counted(1, 50, 1, 100);
    unmap(map(CL_MAP_READ | CL_MAP_WRITE, 0, 10));
    assert_counted(2, 60, 2, 110);
    /* many at once, given back in another order */
    void *all[64];
    for (size_t i = 0; i < 64; i++)
        all[i] = map(i % 2 == 0 ? CL_MAP_WRITE : CL_MAP_READ, i * 64, i + 1);
    for (size_t i = 0; i < 64; i++)
        unmap(all[i]);
    assert_counted(2 + 32, 60 + 1024, 2 + 32, 110 + 1056);
}

static void contents(void **state)
{
    cl_int code;
    cl_mem made[4];
    (void)state;
    begin();
    made[0] = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, 300, host, &code);
    OK(code);
    assert_counted(1, 300, 0, 0);
    made[1] = clCreateBuffer(context, CL_MEM_READ_ONLY | CL_MEM_USE_HOST_PTR, BYTES, host, &code);
    OK(code);
    assert_counted(2, 300 + BYTES, 0, 0);
    made[2] = clCreateBuffer(context, CL_MEM_ALLOC_HOST_PTR, BYTES, NULL, &code);
    OK(code);
    assert_counted(2, 300 + BYTES, 0, 0);
    made[3] = clCreateBufferWithProperties(context, NULL, CL_MEM_COPY_HOST_PTR, 20, host, &code);
    OK(code);
    assert_counted(3, 320 + BYTES, 0, 0);
    for (int i = 0; i < 4; i++)
        clReleaseMemObject(made[i]);
}

static void images(void **state)
{
    const cl_image_format format = {CL_RGBA, CL_FLOAT};
    const cl_image_desc desc = {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 8, .image_height = 4};
    const size_t origin[] = {0, 0, 0}, region[] = {8, 2, 1};
    size_t row;
    cl_int code;
    cl_bool has_images = CL_FALSE;
    (void)state;
    clGetDeviceInfo(device_id, CL_DEVICE_IMAGE_SUPPORT, sizeof has_images, &has_images, NULL);
    if (!has_images) {
        print_message("this device has no images\n");
        skip();
    }
    begin();
    cl_mem image = clCreateImage(context, CL_MEM_COPY_HOST_PTR, &format, &desc, host, &code);
    OK(code);
    assert_counted(1, 512, 0, 0);
    OK(clEnqueueWriteImage(queue, image, CL_TRUE, origin, region, 0, 0, host, 0, NULL, NULL));
    OK(clEnqueueReadImage(queue, image, CL_TRUE, origin, region, 0, 0, host, 0, NULL, NULL));
    assert_counted(2, 512 + 256, 1, 256);
    void *p = clEnqueueMapImage(queue, image, CL_TRUE, CL_MAP_READ, origin, region, &row, NULL, 0, NULL, NULL,
                                &code);
    OK(code);
    OK(clEnqueueUnmapMemObject(queue, image, p, 0, NULL, NULL));
    assert_counted(2, 512 + 256, 2, 512);
    /* within the device: from image to buffer, back, to another image, and a colour */
    assert_within(0, 0, 0, 0);
    const cl_float4 colour = {{0}};
    const size_t below[] = {0, 2, 0};
    OK(clEnqueueCopyImageToBuffer(queue, image, buffer, origin, region, 0, 0, NULL, NULL));
    OK(clEnqueueCopyBufferToImage(queue, buffer, image, 0, origin, region, 0, NULL, NULL));
    OK(clEnqueueCopyImage(queue, image, image, origin, below, region, 0, NULL, NULL));
    OK(clEnqueueFillImage(queue, image, &colour, origin, region, 0, NULL, NULL));
    OK(clFinish(queue));
    assert_within(3, 3 * 256, 1, 256);
    assert_counted(2, 512 + 256, 2, 512);
    clReleaseMemObject(image);
}

static cl_kernel make_kernel(const char *name)
{
    static const char *const text = "__kernel void nothing(__global char *p) { p[get_global_id(0)] = 1; }"
                                    "__kernel void __attribute__((reqd_work_group_size(4, 1, 1))) "
                                    "something(__global char *p) { p[0] = 1; }";
    cl_int code;
    cl_program program = clCreateProgramWithSource(context, 1, (const char **)(uintptr_t)&text, NULL, &code);
    OK(code);
    OK(clBuildProgram(program, 1, &device_id, "", NULL, NULL));
    cl_kernel kernel = clCreateKernel(program, name, &code);
    OK(code);
    clReleaseProgram(program);
    return kernel;
}

/* What stays on the device, waits and launches. */
static void what_is_no_copy(void **state)
{
    const size_t items = 64;
    const cl_uint zero = 0;
    cl_int code;
    cl_event event;
    cl_kernel kernel = make_kernel("nothing");
    (void)state;
    begin();
    cl_mem other = clCreateBuffer(context, CL_MEM_READ_WRITE, BYTES, NULL, &code);
    OK(clEnqueueFillBuffer(queue, buffer, &zero, sizeof zero, 0, BYTES, 0, NULL, NULL));
    OK(clEnqueueCopyBuffer(queue, buffer, other, 0, 0, BYTES, 0, NULL, NULL));
    /* calls that fail do nothing */
    assert_int_not_equal(clEnqueueFillBuffer(queue, buffer, &zero, 3, 0, BYTES, 0, NULL, NULL), CL_SUCCESS);
    assert_int_not_equal(clEnqueueCopyBuffer(queue, buffer, other, 0, 1, BYTES, 0, NULL, NULL), CL_SUCCESS);
    assert_within(1, BYTES, 1, BYTES);
    OK(clSetKernelArg(kernel, 0, sizeof buffer, &buffer));
    OK(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL));
    OK(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, &event));
    OK(clWaitForEvents(1, &event));
    OK(clFinish(queue));
    assert_counted(0, 0, 0, 0);
    assert_int_equal(counted().launch_count, 2);
    assert_int_equal(counted().sync_count, 2);
    /* how the host's memory was got cannot be seen */
    assert_true(counted().pageable_count == IB_UNCOUNTED && counted().pinned_bytes == IB_UNCOUNTED);
    clReleaseEvent(event);
    clReleaseMemObject(other);
    clReleaseKernel(kernel);
}

static void rectangles(void **state)
{
    const size_t origin[] = {0, 0, 0}, region[] = {16, 4, 2};
    cl_int code;
    (void)state;
    begin();
    cl_mem other = clCreateBuffer(context, CL_MEM_READ_WRITE, BYTES, NULL, &code);
    OK(clEnqueueCopyBufferRect(queue, buffer, other, origin, origin, region, 32, 256, 16, 64, 0, NULL, NULL));
    OK(clFinish(queue));
    assert_within(1, 128, 0, 0);
    assert_counted(0, 0, 0, 0);
    clReleaseMemObject(other);
}

/* ---- kernels ---- */

static uint64_t times_started(const char *wanted)
{
    const char *name;
    uint64_t count, found = 0;
    for (uint32_t i = 0; tracer->kernel(i, &name, &count); i++)
        found += strcmp(name, wanted) == 0 ? count : 0;
    return found;
}

static void kernels_by_name(void **state)
{
    const size_t items = 64, group = 4, wrong = 3;
    cl_kernel nothing = make_kernel("nothing"), something = make_kernel("something");
    (void)state;
    begin();
    OK(clSetKernelArg(nothing, 0, sizeof buffer, &buffer));
    OK(clSetKernelArg(something, 0, sizeof buffer, &buffer));
    for (int i = 0; i < 3; i++)
        OK(clEnqueueNDRangeKernel(queue, nothing, 1, NULL, &items, NULL, 0, NULL, NULL));
    OK(clEnqueueNDRangeKernel(queue, something, 1, NULL, &items, &group, 0, NULL, NULL));
    assert_int_not_equal(clEnqueueNDRangeKernel(queue, something, 1, NULL, &items, &wrong, 0, NULL, NULL),
                         CL_SUCCESS);
    OK(clFinish(queue));
    assert_int_equal(counted().launch_count, 4);
    assert_int_equal(times_started("nothing"), 3);
    assert_int_equal(times_started("something"), 1);
    begin();
    assert_int_equal(times_started("nothing"), 0);
    clReleaseKernel(nothing);
    clReleaseKernel(something);
}

/* ---- shared virtual memory ---- */

static void shared_memory(void **state)
{
    cl_device_svm_capabilities offers = 0;
    (void)state;
    clGetDeviceInfo(device_id, CL_DEVICE_SVM_CAPABILITIES, sizeof offers, &offers, NULL);
    if ((offers & CL_DEVICE_SVM_COARSE_GRAIN_BUFFER) == 0) {
        print_message("this device shares no memory\n");
        skip();
    }
    begin();
    char *a = clSVMAlloc(context, CL_MEM_READ_WRITE, BYTES, 0),
         *b = clSVMAlloc(context, CL_MEM_READ_WRITE, BYTES, 0);
    OK(clEnqueueSVMMemcpy(queue, CL_TRUE, a, host, 100, 0, NULL, NULL));
    OK(clEnqueueSVMMemcpy(queue, CL_TRUE, host, a + 10, 20, 0, NULL, NULL));
    OK(clEnqueueSVMMemcpy(queue, CL_TRUE, b, a, 100, 0, NULL, NULL)); /* stays on the device */
    OK(clEnqueueSVMMemFill(queue, a, host, 4, 200, 0, NULL, NULL));
    assert_counted(1, 100, 1, 20);
    assert_within(1, 100, 1, 200);
    OK(clEnqueueSVMMap(queue, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, a, 64, 0, NULL, NULL));
    assert_counted(1, 100, 2, 84);
    OK(clEnqueueSVMUnmap(queue, a, 0, NULL, NULL));
    assert_counted(2, 164, 2, 84);
    OK(clFinish(queue));
    clSVMFree(context, a);
    clSVMFree(context, b);
    if ((offers & CL_DEVICE_SVM_FINE_GRAIN_BUFFER) != 0) {
        clSVMFree(context, clSVMAlloc(context, CL_MEM_SVM_FINE_GRAIN_BUFFER, BYTES, 0));
        assert_lost("fine-grained");
    }
}

static void CL_CALLBACK touch(void *arguments)
{
    (void)arguments;
}

static void kernels_on_the_host(void **state)
{
    cl_device_exec_capabilities runs = 0;
    (void)state;
    clGetDeviceInfo(device_id, CL_DEVICE_EXECUTION_CAPABILITIES, sizeof runs, &runs, NULL);
    if ((runs & CL_EXEC_NATIVE_KERNEL) == 0) {
        print_message("this device runs no kernels on the host\n");
        skip();
    }
    begin();
    OK(clEnqueueNativeKernel(queue, touch, NULL, 0, 0, NULL, NULL, 0, NULL, NULL));
    OK(clFinish(queue));
    assert_lost("native kernel");
}

static void the_hosts_own_memory(void **state)
{
    const cl_bool yes = CL_TRUE;
    cl_kernel kernel = make_kernel("nothing");
    int done = 0;
    (void)state;
    begin();
    if (clSetKernelArgSVMPointer(kernel, 0, host) == CL_SUCCESS) {
        assert_lost("host memory");
        done++;
    }
    begin();
    if (clSetKernelExecInfo(kernel, CL_KERNEL_EXEC_INFO_SVM_FINE_GRAIN_SYSTEM, sizeof yes, &yes) ==
        CL_SUCCESS) {
        assert_lost("host memory");
        done++;
    }
    clReleaseKernel(kernel);
    if (done == 0) {
        print_message("this device cannot reach the host's memory\n");
        skip();
    }
}

/* Functions that layers do not see. One that is not there takes nothing away. */
static void functions_of_extensions(void **state)
{
    static const char *const names[] = {"clEnqueueMemFillINTEL", "clSetContentSizeBufferPoCL",
                                        "clIcdGetPlatformIDsKHR"};
    cl_platform_id platform;
    int found = 0;
    (void)state;
    OK(clGetDeviceInfo(device_id, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL));
    begin();
    assert_null(clGetExtensionFunctionAddressForPlatform(platform, "clNoSuchFunctionKHR"));
    assert_counted(0, 0, 0, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found += clGetExtensionFunctionAddressForPlatform(platform, names[i]) != NULL;
    if (found == 0) {
        print_message("this driver has none of the functions that were asked for\n");
        skip();
    }
    assert_lost("extension");
}

/* ---- attaching ---- */

static void what_was_there_stays(void **state)
{
    char why[256];
    (void)state;
    setenv("OPENCL_LAYERS", "/one.so:/two.so", 1);
    assert_int_equal(tracer->attach("/three.so", why, sizeof why), IB_OK);
    assert_string_equal(getenv("OPENCL_LAYERS"), "/one.so:/two.so:/three.so");
    assert_int_equal(tracer->attach("/two.so", why, sizeof why), IB_OK);
    assert_string_equal(getenv("OPENCL_LAYERS"), "/one.so:/two.so:/three.so");
    assert_int_equal(tracer->attach("/two", why, sizeof why), IB_OK);
    assert_string_equal(getenv("OPENCL_LAYERS"), "/one.so:/two.so:/three.so:/two");
    assert_int_equal(tracer->attach("/a:b.so", why, sizeof why), IB_EUNAVAILABLE);
    assert_non_null(strstr(why, "/a:b.so"));
}

static bool open_device(void)
{
    cl_platform_id platform;
    if (clGetPlatformIDs(1, &platform, NULL) != CL_SUCCESS ||
        clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device_id, NULL) != CL_SUCCESS)
        return false;
    context = clCreateContext(NULL, 1, &device_id, NULL, NULL, NULL);
    queue = clCreateCommandQueueWithProperties(context, device_id, NULL, NULL);
    buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, BYTES, NULL, NULL);
    return queue != NULL && buffer != NULL;
}

static void close_device(void)
{
    clReleaseMemObject(buffer);
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
}

int main(void)
{
    typedef const struct ib_tracer *tracer_fn(uint32_t);
    void *object = dlopen(TRACER, RTLD_NOW | RTLD_LOCAL);
    tracer_fn *get = object != NULL ? (tracer_fn *)(uintptr_t)dlsym(object, "ib_tracer_plugin") : NULL;
    char why[256] = "";
    struct ib_copies copies = nothing_yet();
    if (get == NULL || get(IB_TRACER_ABI_MAJOR + 1) != NULL || (tracer = get(IB_TRACER_ABI_MAJOR)) == NULL ||
        tracer->attach(TRACER, why, sizeof why) != IB_OK) {
        fprintf(stderr, "no tracer: %s\n", object == NULL ? dlerror() : why);
        return 1;
    }
    /* OpenCL has not been called yet, and so neither has the tracer */
    if (tracer->count(&copies, why, sizeof why) != IB_EUNAVAILABLE || strstr(why, "ignores layers") == NULL) {
        fprintf(stderr, "counts though no loader has called it: %s\n", why);
        return 1;
    }
    if (!open_device()) {
        printf("skipped: no OpenCL device\n");
        return EXIT_SKIPPED;
    }
    if (tracer->count(&copies, why, sizeof why) != IB_OK) {
        printf("skipped: %s\n", why);
        return EXIT_SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(maps),
        cmocka_unit_test(contents),
        cmocka_unit_test(images),
        cmocka_unit_test(what_is_no_copy),
        cmocka_unit_test(rectangles),
        cmocka_unit_test(kernels_by_name),
        cmocka_unit_test(shared_memory),
        cmocka_unit_test(kernels_on_the_host),
        cmocka_unit_test(the_hosts_own_memory),
        cmocka_unit_test(functions_of_extensions),
        cmocka_unit_test(what_was_there_stays),
    };
    const int failed = cmocka_run_group_tests_name("opencl_tracer", tests, NULL, NULL);
    close_device();
    return failed == 0 ? 0 : 1;
}
