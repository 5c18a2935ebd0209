/* The parts of an OpenCL fault: opencl_naive, with one operation that makes hidden copies. */
#ifndef FAULT_OPENCL_H
#define FAULT_OPENCL_H

#include "opencl/device.h"

struct fault {
    struct ib_impl impl;
    struct ib_tensor_ops ops;
};

/* The operations of opencl_naive. */
extern const struct ib_tensor_ops *fault_right;

#define FAULT(name, summary) void fault_opencl_##name(struct fault *);
#include "faults.def"
#undef FAULT

#endif
