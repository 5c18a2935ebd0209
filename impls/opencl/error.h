/* OpenCL's error codes, as statuses and messages. */
#ifndef IB_CL_ERROR_H
#define IB_CL_ERROR_H

#include "ironbench/impl.h"
#include "opencl/cl.h"

/* Returns the name of a code, such as "CL_OUT_OF_RESOURCES"; for an unknown code "OpenCL error -9999", in
 * static memory that the next call overwrites. */
const char *ib_cl_error_name(cl_int code);

/* Returns the status for a code: IB_ENOMEM for memory errors, IB_EUNAVAILABLE for a missing device,
 * IB_EDEVICE otherwise. */
enum ib_status ib_cl_error_status(cl_int code);

/* Returns IB_OK for CL_SUCCESS; otherwise reports "WHAT: NAME" and returns the code's status. */
enum ib_status ib_cl_check(const struct ib_host *, const char *what, cl_int code);

#endif
