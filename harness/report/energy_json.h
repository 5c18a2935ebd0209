/* Energy as JSON, part of the record. */
#ifndef IB_REPORT_ENERGY_JSON_H
#define IB_REPORT_ENERGY_JSON_H

#include "analysis/energy_to_loss.h"

#include <jansson.h>

/* Null if it was not asked for. entry: as in energy_to_loss.h. A new reference. */
json_t *ib_energy_to_json(const struct ib_case_record *, const struct ib_loss_entry *entry);

#endif
