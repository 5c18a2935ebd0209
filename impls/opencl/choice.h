/* Selection of a device by the options `platform` and `device`. */
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
    char version[128], driver[128]; /* "OpenCL 3.0 PoCL …", and the driver's own version */
};

struct ib_cl_devices {
    uint32_t n;
    struct ib_cl_device device[IB_CL_MAX_DEVICES];
};

/* Lists all devices of all platforms. IB_EUNAVAILABLE, with the reason in why[n], if there is none. */
enum ib_status ib_cl_devices_find(struct ib_cl_devices *, char *why, size_t n);

/* Selects a device by two options, each an index, part of a name in any case, or "" for any. A device's
 * index counts over the platforms that `platform` selects. Of several matches, the first GPU wins, or the
 * first device if there is none. IB_EUNAVAILABLE, with the available devices in why[n], if nothing matches.
 */
enum ib_status ib_cl_devices_choose(const struct ib_cl_devices *, const char *platform, const char *device,
                                    const struct ib_cl_device **out, char *why, size_t n);

#endif
