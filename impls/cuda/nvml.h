/* The GPU's clock, and what holds it back, as NVIDIA's management library sees them. The library comes with
 * the driver and is loaded by name; where it is missing everything else works, and nothing is known. It is
 * only read. */
#ifndef IB_CUDA_NVML_H
#define IB_CUDA_NVML_H

#include "ironbench/impl.h"

struct ib_nvml; /* one device */

/* What is known at one moment. */
struct ib_nvml_sample {
    uint32_t sm_mhz;     /* 0: unknown */
    uint64_t reasons;    /* NVML's clock-event reasons; those of them that slow down: see ib_nvml_slowed */
    uint64_t slowed_ns;  /* since the driver was loaded, by power or heat; only differences mean something */
    bool slowed_counted; /* this device keeps that count */
};

/* `bus_id` as cudaDeviceGetPCIBusId writes it. IB_EUNAVAILABLE with the reason in why[n]; *out is then NULL.
 */
enum ib_status ib_nvml_open(const char *bus_id, struct ib_nvml **out, char *why, size_t n);
void ib_nvml_close(struct ib_nvml *);

/* Some microseconds, on the calling thread. IB_EUNAVAILABLE: the device has gone, or tells nothing. */
enum ib_status ib_nvml_read(const struct ib_nvml *, struct ib_nvml_sample *out);

/* Was the device slowed down between two samples, or at either? The reason as text then ("power, heat"),
 * which stays valid; else NULL. An idle device's low clock, and clocks that somebody has set, are no slowing
 * down. */
const char *ib_nvml_slowed(const struct ib_nvml_sample *before, const struct ib_nvml_sample *after);

#endif
