/* Values derived from several cases, as members of the record. */
#ifndef IB_REPORT_DERIVED_JSON_H
#define IB_REPORT_DERIVED_JSON_H

#include "analysis/derived.h"

#include <jansson.h>

/* Returns `breakdown_ns` of a case; null if it has no profile. */
json_t *ib_breakdown_to_json(const struct ib_case_record *);

/* Return `transfer_overhead`, an element of `speed_up`, and `crossover`. New references. */
json_t *ib_transfer_overheads_to_json(const struct ib_derived *);
json_t *ib_speed_up_to_json(const struct ib_speed_up *);
json_t *ib_crossovers_to_json(const struct ib_derived *);

/* Returns `time_to` of a case by its entry in a group; NULL: it is in none. A new reference. */
json_t *ib_times_to_loss_to_json(const struct ib_loss_group *, const struct ib_loss_entry *);

#endif
