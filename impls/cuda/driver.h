/* Is there a driver, and a device? */
#ifndef IB_CUDA_DRIVER_H
#define IB_CUDA_DRIVER_H

#include "ironbench/impl.h"

/* How many devices there are, more than none. Otherwise the status, and in why[n] what is missing and what to
 * do about it. */
enum ib_status ib_cuda_count_devices(int *out, char *why, size_t n);

/* A version as CUDA counts it (13020) in two parts, for "%d.%d". */
#define IB_CUDA_VERSION_PARTS(version) (version) / 1000, (version) % 1000 / 10

#endif
