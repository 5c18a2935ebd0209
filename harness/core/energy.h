/* The energy of timed trainings, and how far a counter of energy can be trusted. */
#ifndef IB_CORE_ENERGY_H
#define IB_CORE_ENERGY_H

#include "base/text.h"

#include <stdint.h>

/* What is counted. */
enum ib_energy_source {
    IB_ENERGY_PACKAGES = 1, /* the processor's packages, other processes included (RAPL) */
    IB_ENERGY_DEVICE        /* the device, as its implementation tells (NVML) */
};
extern const struct ib_word ib_energy_source_words[]; /* packages device */

/* Sums over stretches, each from one reading of the counter to the next. */
struct ib_energy {
    enum ib_energy_source source; /* 0: not measured, for the reason */
    double joules;
    uint64_t ns, stretches; /* ns: wall time of the stretches */
    char reason[192];       /* "": not asked for, or measured */
};

/* The energy of some trainings is wrong by at most this share because of either: the steps in which the
 * counter advances, and what was done between trainings while it was watched. */
#define IB_ENERGY_ERROR 0.05

/* The longest time between two steps of the counter. */
double ib_energy_step_ns(enum ib_energy_source);

/* How long n stretches must be together, so that the counter's steps matter less than IB_ENERGY_ERROR:
 * sqrt(n) steps over that error. A stretch is wrong by less than a step, so a single one always is within.
 * Over random beginnings, its deviation is half a step at most; a sum of n is within two deviations about 19
 * times of 20. */
double ib_energy_least_ns(enum ib_energy_source, uint64_t n);

#endif
