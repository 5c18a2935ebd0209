#include "mock_nvml.h"

#include <stdlib.h>
#include <string.h>

struct mock_nvml mock_nvml;

__attribute__((constructor)) static void start(void)
{
    const char *text = getenv("IRONBENCH_TEST_NVML");
    char *rest;
    if (text == NULL)
        return;
    mock_nvml.sm_mhz = (unsigned)strtoul(text, &rest, 10);
    mock_nvml.reasons = strtoul(rest, &rest, 16);
    mock_nvml.energy_mj = mock_nvml.step_mj = strtoul(rest, NULL, 10);
}
static int device; /* its address is the handle */

struct violation {
    unsigned long long reference_us, violation_ns;
};

MOCK_NVML_EXPORT int nvmlInit_v2(void);
MOCK_NVML_EXPORT int nvmlShutdown(void);
MOCK_NVML_EXPORT const char *nvmlErrorString(int code);
MOCK_NVML_EXPORT int nvmlDeviceGetHandleByPciBusId_v2(const char *bus_id, void **out);
MOCK_NVML_EXPORT int nvmlDeviceGetClockInfo(void *handle, int which, unsigned *mhz);
MOCK_NVML_EXPORT int nvmlDeviceGetCurrentClocksThrottleReasons(void *handle, unsigned long long *out);
MOCK_NVML_EXPORT int nvmlDeviceGetViolationStatus(void *handle, int policy, struct violation *out);
MOCK_NVML_EXPORT int nvmlDeviceGetTotalEnergyConsumption(void *handle, unsigned long long *mj);

enum { INVALID = 2, NOT_FOUND = 6 };

int nvmlInit_v2(void)
{
    mock_nvml.opened += mock_nvml.init_code == 0;
    return mock_nvml.init_code;
}

int nvmlShutdown(void)
{
    mock_nvml.opened--;
    return 0;
}

const char *nvmlErrorString(int code)
{
    return code == NOT_FOUND ? "Not Found" : "Some Error";
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *bus_id, void **out)
{
    if (strcmp(bus_id, MOCK_NVML_BUS_ID) != 0)
        return NOT_FOUND;
    *out = &device;
    return mock_nvml.device_code;
}

int nvmlDeviceGetClockInfo(void *handle, int which, unsigned *mhz)
{
    if (handle != &device || which != 1)
        return INVALID;
    *mhz = mock_nvml.sm_mhz;
    return mock_nvml.clock_code;
}

/* The name before CUDA 12; the newer one is missing here. */
int nvmlDeviceGetCurrentClocksThrottleReasons(void *handle, unsigned long long *out)
{
    *out = mock_nvml.reasons;
    return handle == &device ? mock_nvml.reasons_code : INVALID;
}

int nvmlDeviceGetViolationStatus(void *handle, int policy, struct violation *out)
{
    if (handle != &device || policy < 0 || policy > 1)
        return INVALID;
    *out = (struct violation){.reference_us = 1, .violation_ns = mock_nvml.violation_ns[policy]};
    return mock_nvml.violation_code;
}

int nvmlDeviceGetTotalEnergyConsumption(void *handle, unsigned long long *mj)
{
    mock_nvml.energy_reads++;
    mock_nvml.energy_mj += mock_nvml.step_mj;
    *mj = mock_nvml.energy_mj;
    return handle == &device ? mock_nvml.energy_code : INVALID;
}
