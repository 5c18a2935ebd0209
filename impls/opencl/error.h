/* OpenCL's error codes as people know them. */
#ifndef IB_CL_ERROR_H
#define IB_CL_ERROR_H

#include "ironbench/impl.h"
#include "opencl/cl.h"

/* "CL_OUT_OF_RESOURCES"; a code that nobody has named is "OpenCL error -9999", in memory that the next call
 * overwrites. */
const char *ib_cl_error_name(cl_int code);

/* What a code means to the harness: IB_ENOMEM for what is about memory, IB_EUNAVAILABLE for a device that is
 * not there, else IB_EDEVICE. */
enum ib_status ib_cl_error_status(cl_int code);

/* IB_OK for CL_SUCCESS; else reports "WHAT: NAME" and returns its status. */
enum ib_status ib_cl_check(const struct ib_host *, const char *what, cl_int code);

#endif
