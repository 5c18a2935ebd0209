#include "analysis/energy_to_loss.h"

#include <math.h>

/* An iteration of another algorithm may cost more or less the longer it trains, and the trainings that end at
 * the loss are not measured. */
static const char *objection(const struct ib_case_record *c, const struct ib_loss_entry *entry)
{
    if (c->energy.reason)
        return c->energy.reason;
    if (c->algorithm)
        return "the energy of another algorithm is that of whole trainings";
    if (!entry)
        return "there is no verified training of the problem whose loss decreases";
    return isnan(entry->at[IB_LOSS_TARGET_99].epoch) ? "the loss is not reached" : NULL;
}

struct ib_energy_to_loss ib_energy_to_loss(const struct ib_case_record *c, const struct ib_loss_entry *entry)
{
    struct ib_energy_to_loss out = {NAN, c->energy.wanted ? objection(c, entry) : NULL};
    if (c->energy.wanted && !out.reason)
        out.joules = entry->at[IB_LOSS_TARGET_99].epoch * c->energy.epoch_j;
    return out;
}
