#include "core/energy.h"

#include <math.h>

const struct ib_word ib_energy_source_words[] = {
    {"packages", IB_ENERGY_PACKAGES}, {"device", IB_ENERGY_DEVICE}, {NULL, 0}};

/* RAPL: about every millisecond, by Intel's manual (volume 3, "RAPL Interfaces", MSR_PKG_ENERGY_STATUS). NVML
 * documents none: users of nvmlDeviceGetTotalEnergyConsumption report 10 ms to 100 ms, by GPU; the longest
 * counts. */
double ib_energy_step_ns(enum ib_energy_source source)
{
    return source == IB_ENERGY_PACKAGES ? 1e6 : 100e6;
}

double ib_energy_least_ns(enum ib_energy_source source, uint64_t n)
{
    return sqrt((double)n) * ib_energy_step_ns(source) / IB_ENERGY_ERROR;
}
