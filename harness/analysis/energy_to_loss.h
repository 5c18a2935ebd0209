/* The energy until the loss has made 99 % of its improvement: that of as many epochs as it takes. */
#ifndef IB_ANALYSIS_ENERGY_TO_LOSS_H
#define IB_ANALYSIS_ENERGY_TO_LOSS_H

#include "analysis/time_to_loss.h"

struct ib_energy_to_loss {
    double joules;      /* NaN: unknown, */
    const char *reason; /* for this reason; NULL also if energy was not asked for */
};

/* entry: the case's, or NULL if its problem has no targets. */
struct ib_energy_to_loss ib_energy_to_loss(const struct ib_case_record *, const struct ib_loss_entry *entry);

#endif
