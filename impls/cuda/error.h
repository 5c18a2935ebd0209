/* CUDA's error codes as people know them. */
#ifndef IB_CUDA_ERROR_H
#define IB_CUDA_ERROR_H

#include "ironbench/impl.h"

#include <cuda_runtime_api.h>

/* What a code means to the harness: IB_ENOMEM for exhausted memory, IB_EUNAVAILABLE for a driver or device
 * that is not there or does not fit this build, else IB_EDEVICE. */
enum ib_status ib_cuda_status(cudaError_t);

/* IB_OK for cudaSuccess; else reports "WHAT: NAME (text)" and returns its status. An error that passes is
 * cleared, so that no later call is blamed for it. */
enum ib_status ib_cuda_check(const struct ib_host *, const char *what, cudaError_t);

#endif
