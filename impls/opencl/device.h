/* An open OpenCL device: its context, one in-order queue, its memory, and the kernels of kernels/. The
 * state of an implementation is or begins with a struct ib_cl. */
#ifndef IB_CL_DEVICE_H
#define IB_CL_DEVICE_H

#include "launch.h"
#include "opencl/choice.h"

/* The kernels of one type, built at the first launch of one of them. */
struct ib_cl_kernels {
    cl_program program;
    cl_kernel kernel[IB_KERNEL_COUNT]; /* NULL until used */
};

struct ib_cl {
    struct ib_launcher launcher;
    struct ib_cl_device device;
    size_t max_group_items;
    bool has_f64, is_profiled;
    cl_context context;
    cl_command_queue queue;
    cl_event marks[2];
    struct ib_cl_kernels f32, f64;
    cl_mem scratch;
    size_t scratch_bytes;
};

/* Options that select a device; they begin an implementation's list of options. */
#define IB_CL_OPTIONS                                                                                        \
    {"platform", IB_OPTION_TEXT, NULL, "", "OpenCL platform: its index, or part of its name"},               \
    {                                                                                                        \
        "device", IB_OPTION_TEXT, NULL, "", "OpenCL device: its index in the platform, or part of its name"  \
    }

/* `probe` of an implementation: IB_OK if there is at least one device. */
enum ib_status ib_cl_probe(char *why, size_t n);
/* Opens the device selected by the options; the struct must be zeroed. On failure nothing needs to be
 * closed. */
enum ib_status ib_cl_open(const struct ib_host *, struct ib_cl *);
void ib_cl_close(struct ib_cl *);
/* `describe`: "Portable Computing Language, pthread-…, OpenCL 3.0 …, driver 3.1". `state` is a struct
 * ib_cl. */
enum ib_status ib_cl_describe(void *state, char *text, size_t n);

/* Memory operations, for states that begin with a struct ib_cl; `alloc` returns a cl_mem. */
extern const struct ib_mem_ops ib_cl_mem;

/* The functions of a struct ib_launcher (launch.c), set by ib_cl_open. */
enum ib_status ib_cl_launch(void *state, const struct ib_launch *);
enum ib_status ib_cl_scratch(void *state, size_t bytes, void **out);
/* Releases everything that launches have created. */
void ib_cl_launch_close(struct ib_cl *);

#endif
