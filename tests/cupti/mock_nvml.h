/* An NVML for tests. It takes the place of libnvidia-ml.so.1. */
#ifndef MOCK_NVML_H
#define MOCK_NVML_H

#include <stdint.h>

#define MOCK_NVML_EXPORT __attribute__((visibility("default")))

struct mock_nvml {
    int init_code, device_code, clock_code, reasons_code, violation_code, energy_code;
    unsigned sm_mhz;
    uint64_t reasons;
    uint64_t violation_ns[2];    /* by power, by heat */
    uint64_t energy_mj, step_mj; /* step: added by each reading */
    int energy_reads;
    int opened; /* inits less shutdowns */
};
/* If IRONBENCH_TEST_NVML is set to "MHZ REASONS MILLIJOULES" (reasons hexadecimal; millijoules: energy and
 * its step), the mock starts in that state. */
extern MOCK_NVML_EXPORT struct mock_nvml mock_nvml;

#define MOCK_NVML_BUS_ID "00000000:3B:00.0"

#endif
