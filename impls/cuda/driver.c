#include "cuda/driver.h"

#include "cuda/error.h"

#include <stdio.h>

/* The runtime returns the same code for a missing and an outdated driver; only the version distinguishes
 * them. */
static void explain_driver(cudaError_t code, char *why, size_t n)
{
    int driver = 0, runtime = CUDART_VERSION;
    const char *name = cudaGetErrorName(code);
    (void)cudaDriverGetVersion(&driver);
    (void)cudaRuntimeGetVersion(&runtime);
    if (driver == 0)
        snprintf(why, n, "no NVIDIA driver (%s): install one that supports CUDA %d.%d", name,
                 IB_CUDA_VERSION_PARTS(runtime));
    else
        snprintf(why, n,
                 "the NVIDIA driver is too old (%s): it supports CUDA %d.%d, and %d.%d is needed; update it",
                 name, IB_CUDA_VERSION_PARTS(driver), IB_CUDA_VERSION_PARTS(runtime));
}

static void explain(cudaError_t code, char *why, size_t n)
{
    const char *name = cudaGetErrorName(code);
    switch (code) {
    case cudaErrorInsufficientDriver:
        explain_driver(code, why, n);
        break;
    case cudaErrorStubLibrary:
        snprintf(why, n,
                 "no NVIDIA driver (%s): the libcuda.so found is the toolkit's stub; remove its "
                 "folder from LD_LIBRARY_PATH",
                 name);
        break;
    case cudaSuccess:
    case cudaErrorNoDevice:
        snprintf(why, n, "the NVIDIA driver finds no GPU (%s): check nvidia-smi and CUDA_VISIBLE_DEVICES",
                 cudaGetErrorName(cudaErrorNoDevice));
        break;
    case cudaErrorSystemDriverMismatch:
        snprintf(why, n,
                 "the NVIDIA driver's library does not match its kernel module (%s): restart the machine",
                 name);
        break;
    case cudaErrorSystemNotReady:
        snprintf(why, n,
                 "the GPUs are not ready (%s): GPUs connected by NVSwitch need a running "
                 "nvidia-fabricmanager",
                 name);
        break;
    default:
        snprintf(why, n, "the NVIDIA driver does not work: %s (%s); check nvidia-smi", name,
                 cudaGetErrorString(code));
    }
}

enum ib_status ib_cuda_count_devices(int *out, char *why, size_t n)
{
    *out = 0; /* the call does not set it if there is no driver */
    const cudaError_t code = cudaGetDeviceCount(out);
    if (code == cudaSuccess && *out > 0)
        return IB_OK;
    explain(code, why, n);
    (void)cudaGetLastError();
    return IB_EUNAVAILABLE;
}
