/* Which device: what there is, and what the options `platform` and `device` mean. */
#ifndef IB_CL_CHOICE_H
#define IB_CL_CHOICE_H

#include "ironbench/impl.h"
#include "opencl/cl.h"

enum { IB_CL_MAX_DEVICES = 64 };

struct ib_cl_device {
    cl_platform_id platform;
    cl_device_id id;
    cl_device_type type;
    uint32_t platform_index; /* in the loader's order */
    char platform_name[128], name[128];
    char version[128], driver[128]; /* "OpenCL 3.0 PoCL …", and the driver's own number */
};

struct ib_cl_devices {
    uint32_t n;
    struct ib_cl_device device[IB_CL_MAX_DEVICES];
};

/* Every device of every platform. IB_EUNAVAILABLE, with the reason in why[n], where there is none. */
enum ib_status ib_cl_devices_find(struct ib_cl_devices *, char *why, size_t n);

/* The device that the two options name: each is an index, or part of a name in either case, or "" for any.
 * The index of a device counts within the platforms that `platform` allows. Among several the first GPU, else
 * the first. IB_EUNAVAILABLE, with all that there is in why[n], where nothing fits. */
enum ib_status ib_cl_devices_choose(const struct ib_cl_devices *, const char *platform, const char *device,
                                    const struct ib_cl_device **out, char *why, size_t n);

#endif
