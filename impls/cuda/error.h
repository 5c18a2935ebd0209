/* CUDA's error codes, as statuses and messages. */
#ifndef IB_CUDA_ERROR_H
#define IB_CUDA_ERROR_H

#include "ironbench/impl.h"

#include <cuda_runtime_api.h>

/* Returns the status for a code: IB_ENOMEM for exhausted memory, IB_EUNAVAILABLE for a driver or device
 * that is missing or does not match this build, IB_EDEVICE otherwise. */
enum ib_status ib_cuda_status(cudaError_t);

/* Returns IB_OK for cudaSuccess; otherwise reports "WHAT: NAME (text)" and returns the code's status.
 * Clears the runtime's last error, so that no later call returns it. */
enum ib_status ib_cuda_check(const struct ib_host *, const char *what, cudaError_t);

#endif
