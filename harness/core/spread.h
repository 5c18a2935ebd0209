/* The lowest and the highest values of each final parameter over several trainings that must end alike. */
#ifndef IB_CORE_SPREAD_H
#define IB_CORE_SPREAD_H

#include "ironbench/impl.h"

struct ib_spread {
    uint64_t n, trainings;
    double *lowest, *highest; /* n each, one after the other; nothing if there were no trainings */
};

/* *out is closed even on failure. IB_ENOMEM. */
enum ib_status ib_spread_open(uint64_t n, struct ib_spread *out);
void ib_spread_close(struct ib_spread *);
/* Adds the parameters of a training. Where one is not a number, both values become that. */
void ib_spread_add(struct ib_spread *, const double *params);

#endif
