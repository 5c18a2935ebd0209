/* The GPU's clock and what throttles it, from NVIDIA's management library. The library comes with the
 * driver and is loaded by name; without it, everything else works and these values stay unknown. It is used
 * for reading only. */
#ifndef IB_CUDA_NVML_H
#define IB_CUDA_NVML_H

#include "ironbench/impl.h"

struct ib_nvml; /* one device */

/* The state at one moment. */
struct ib_nvml_sample {
    uint32_t sm_mhz;     /* 0: unknown */
    uint64_t reasons;    /* NVML's clock-event reasons; ib_nvml_slowed evaluates them */
    uint64_t slowed_ns;  /* throttled time due to heat since the driver was loaded; use differences */
    bool slowed_counted; /* this device supports slowed_ns */
};

/* Opens the device with this `bus_id`, as from cudaDeviceGetPCIBusId. IB_EUNAVAILABLE with the reason in
 * why[n]; *out is then NULL. */
enum ib_status ib_nvml_open(const char *bus_id, struct ib_nvml **out, char *why, size_t n);
void ib_nvml_close(struct ib_nvml *);

/* Reads the state; takes some microseconds. IB_EUNAVAILABLE: the device is gone or reports nothing. */
enum ib_status ib_nvml_read(const struct ib_nvml *, struct ib_nvml_sample *out);

/* Returns the reason ("power, heat", static) if the device was throttled between two samples or at either
 * of them; otherwise NULL. An idle device's low clock, clocks set by a user and the
 * software power cap do not count. */
const char *ib_nvml_slowed(const struct ib_nvml_sample *before, const struct ib_nvml_sample *after);

/* Millijoules that the device has consumed since the driver was loaded; 0: its counter cannot be read, as
 * before Volta. */
uint64_t ib_nvml_energy_mj(const struct ib_nvml *);

#endif
