#include "cuda/nvml.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* Declarations from nvml.h, which not every toolkit contains. */
typedef struct nvml_device *nvml_device;
typedef struct nvml_violation {
    unsigned long long reference_us, violation_ns;
} nvml_violation;

enum { NVML_OK = 0, NVML_CLOCK_SM = 1, NVML_POLICY_THERMAL = 1 };

/* Clock-event reasons. Not included: idle, clocks set by applications or for a display, sync boost; and the
 * software power cap (0x04). Under load, a GPU is at its power limit as a rule, and the clock that this
 * leaves is its speed. */
enum {
    REASON_HW_SLOWDOWN = 0x08,
    REASON_SW_THERMAL = 0x20,
    REASON_HW_THERMAL = 0x40,
    REASON_POWER_BRAKE = 0x80,
    REASONS_HEAT = REASON_SW_THERMAL | REASON_HW_THERMAL
};

struct ib_nvml {
    void *library;
    nvml_device device;
    int (*init)(void);
    int (*shutdown)(void);
    const char *(*error_text)(int code);
    int (*device_by_bus_id)(const char *, nvml_device *);
    int (*clock)(nvml_device, int which, unsigned *mhz);
    int (*reasons)(nvml_device, unsigned long long *);
    int (*violation)(nvml_device, int policy, nvml_violation *); /* NULL in older drivers, as is: */
    int (*energy)(nvml_device, unsigned long long *mj);
};

/* ---- loading ---- */

/* Returns NULL if neither name exists. */
static void *find(const struct ib_nvml *nvml, const char *name, const char *earlier_name)
{
    void *symbol = dlsym(nvml->library, name);
    return symbol != NULL || earlier_name == NULL ? symbol : dlsym(nvml->library, earlier_name);
}

static bool load(struct ib_nvml *nvml)
{
    *(void **)&nvml->init = find(nvml, "nvmlInit_v2", "nvmlInit");
    *(void **)&nvml->shutdown = find(nvml, "nvmlShutdown", NULL);
    *(void **)&nvml->error_text = find(nvml, "nvmlErrorString", NULL);
    *(void **)&nvml->device_by_bus_id = find(nvml, "nvmlDeviceGetHandleByPciBusId_v2", NULL);
    *(void **)&nvml->clock = find(nvml, "nvmlDeviceGetClockInfo", NULL);
    *(void **)&nvml->reasons =
        find(nvml, "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons");
    *(void **)&nvml->violation = find(nvml, "nvmlDeviceGetViolationStatus", NULL);
    *(void **)&nvml->energy = find(nvml, "nvmlDeviceGetTotalEnergyConsumption", NULL);
    return nvml->init != NULL && nvml->shutdown != NULL && nvml->error_text != NULL &&
           nvml->device_by_bus_id != NULL && nvml->clock != NULL && nvml->reasons != NULL;
}

/* Finds the device; on failure the library is shut down again. */
static enum ib_status open_device(struct ib_nvml *nvml, const char *bus_id, char *why, size_t n)
{
    int code = nvml->init();
    if (code != NVML_OK) {
        snprintf(why, n, "nvmlInit: %s", nvml->error_text(code));
        return IB_EUNAVAILABLE;
    }
    code = nvml->device_by_bus_id(bus_id, &nvml->device);
    if (code == NVML_OK)
        return IB_OK;
    snprintf(why, n, "NVML does not find device %s: %s", bus_id, nvml->error_text(code));
    nvml->shutdown();
    return IB_EUNAVAILABLE;
}

static enum ib_status open_library(struct ib_nvml *nvml, const char *bus_id, char *why, size_t n)
{
    nvml->library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (nvml->library == NULL) {
        snprintf(why, n, "%s", dlerror());
        return IB_EUNAVAILABLE;
    }
    if (load(nvml))
        return open_device(nvml, bus_id, why, n);
    snprintf(why, n, "libnvidia-ml.so.1 lacks required functions");
    return IB_EUNAVAILABLE;
}

enum ib_status ib_nvml_open(const char *bus_id, struct ib_nvml **out, char *why, size_t n)
{
    *out = NULL;
    struct ib_nvml *nvml = calloc(1, sizeof *nvml);
    if (nvml == NULL) {
        snprintf(why, n, "no memory");
        return IB_ENOMEM;
    }
    const enum ib_status status = open_library(nvml, bus_id, why, n);
    if (status == IB_OK) {
        *out = nvml;
        return IB_OK;
    }
    if (nvml->library != NULL)
        dlclose(nvml->library);
    free(nvml);
    return status;
}

void ib_nvml_close(struct ib_nvml *nvml)
{
    if (nvml == NULL)
        return;
    nvml->shutdown();
    dlclose(nvml->library);
    free(nvml);
}

/* ---- reading ---- */

/* The time by power is not read: it is that of the software power cap. */
static void read_slowed(const struct ib_nvml *nvml, struct ib_nvml_sample *out)
{
    nvml_violation violation = {0};
    if (nvml->violation == NULL || nvml->violation(nvml->device, NVML_POLICY_THERMAL, &violation) != NVML_OK)
        return;
    out->slowed_ns = violation.violation_ns;
    out->slowed_counted = true;
}

enum ib_status ib_nvml_read(const struct ib_nvml *nvml, struct ib_nvml_sample *out)
{
    unsigned mhz = 0;
    unsigned long long reasons = 0;
    *out = (struct ib_nvml_sample){0};
    const bool clock_known = nvml->clock(nvml->device, NVML_CLOCK_SM, &mhz) == NVML_OK;
    const bool reasons_known = nvml->reasons(nvml->device, &reasons) == NVML_OK;
    read_slowed(nvml, out);
    out->sm_mhz = clock_known ? mhz : 0;
    out->reasons = reasons_known ? reasons : 0;
    return clock_known || reasons_known || out->slowed_counted ? IB_OK : IB_EUNAVAILABLE;
}

uint64_t ib_nvml_energy_mj(const struct ib_nvml *nvml)
{
    unsigned long long mj = 0;
    return nvml->energy != NULL && nvml->energy(nvml->device, &mj) == NVML_OK ? mj : 0;
}

const char *ib_nvml_slowed(const struct ib_nvml_sample *before, const struct ib_nvml_sample *after)
{
    const uint64_t reasons = before->reasons | after->reasons;
    const bool power = (reasons & REASON_POWER_BRAKE) != 0, heat = (reasons & REASONS_HEAT) != 0;
    if (power && heat)
        return "power, heat";
    if (power || heat)
        return power ? "power" : "heat";
    if (reasons & REASON_HW_SLOWDOWN)
        return "hardware";
    if (before->slowed_counted && after->slowed_counted && after->slowed_ns > before->slowed_ns)
        return "heat";
    return NULL;
}
