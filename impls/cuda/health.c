#include "cuda/device.h"

#include <stdio.h>

/* NVML is loaded on first use, so that runs without health checks do not pay for it. */
static enum ib_status open_nvml(struct ib_cuda *cuda)
{
    char bus_id[32], why[256];
    int index;
    if (cuda->nvml != NULL)
        return IB_OK;
    if (cudaGetDevice(&index) != cudaSuccess ||
        cudaDeviceGetPCIBusId(bus_id, sizeof bus_id, index) != cudaSuccess) {
        (void)cudaGetLastError();
        return IB_EUNAVAILABLE;
    }
    return ib_nvml_open(bus_id, &cuda->nvml, why, sizeof why);
}

enum ib_status ib_cuda_health(void *state, struct ib_health *out)
{
    struct ib_cuda *cuda = state;
    struct ib_nvml_sample now;
    IB_TRY(open_nvml(cuda));
    IB_TRY(ib_nvml_read(cuda->nvml, &now));
    const char *reason = ib_nvml_slowed(cuda->health_known ? &cuda->health : &now, &now);
    cuda->health = now;
    cuda->health_known = true;
    out->clock_mhz = now.sm_mhz;
    out->slowed = reason != NULL;
    if (IB_WANTS(out, energy_mj))
        out->energy_mj = ib_nvml_energy_mj(cuda->nvml);
    snprintf(out->reason, sizeof out->reason, "%s", reason != NULL ? reason : "");
    return IB_OK;
}
