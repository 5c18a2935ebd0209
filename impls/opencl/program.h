/* Builds programs from source text, using the cache. */
#ifndef IB_CL_PROGRAM_H
#define IB_CL_PROGRAM_H

#include "opencl/choice.h"

/* Builds `text` with these compiler options for one device. IB_EUNAVAILABLE, with the compiler's first
 * error, if it does not build. */
enum ib_status ib_cl_program_build(const struct ib_host *, cl_context, const struct ib_cl_device *,
                                   const char *text, const char *options, cl_program *out);

#endif
