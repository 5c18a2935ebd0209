/* Detection of the NVIDIA driver and its devices. */
#ifndef IB_CUDA_DRIVER_H
#define IB_CUDA_DRIVER_H

#include "ironbench/impl.h"

/* Counts the devices. IB_OK only if there is at least one; otherwise why[n] says what is missing and what
 * to do. */
enum ib_status ib_cuda_count_devices(int *out, char *why, size_t n);

/* The two parts of a CUDA version number (13020), for "%d.%d". */
#define IB_CUDA_VERSION_PARTS(version) (version) / 1000, (version) % 1000 / 10

#endif
