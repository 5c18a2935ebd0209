/* OpenCL 1.2, which every driver supports, for all files here. */
#ifndef IB_CL_H
#define IB_CL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#endif
