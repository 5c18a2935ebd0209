#include "cuda/error.h"

enum ib_status ib_cuda_status(cudaError_t code)
{
    switch (code) {
    case cudaSuccess:
        return IB_OK;
    case cudaErrorMemoryAllocation:
        return IB_ENOMEM;
    case cudaErrorInsufficientDriver:
    case cudaErrorStubLibrary:
    case cudaErrorNoDevice:
    case cudaErrorDevicesUnavailable:
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
    case cudaErrorSystemNotReady:
    case cudaErrorSystemDriverMismatch:
    case cudaErrorCompatNotSupportedOnDevice:
        return IB_EUNAVAILABLE;
    default:
        return IB_EDEVICE;
    }
}

enum ib_status ib_cuda_check(const struct ib_host *host, const char *what, cudaError_t code)
{
    if (code == cudaSuccess)
        return IB_OK;
    (void)cudaGetLastError();
    return host->fail(host, ib_cuda_status(code), "%s: %s (%s)", what, cudaGetErrorName(code),
                      cudaGetErrorString(code));
}
