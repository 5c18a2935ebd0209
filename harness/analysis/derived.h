/* What is derived from the cases of a record together: one computation for table, report, export and charts.
 */
#ifndef IB_ANALYSIS_DERIVED_H
#define IB_ANALYSIS_DERIVED_H

#include "analysis/transfer_overhead.h"
#include "analysis/crossover.h"
#include "analysis/time_to_loss.h"

struct ib_derived {
    struct ib_copy_tax *taxes;
    size_t n_taxes;
    struct ib_crossover *crossovers;
    size_t n_crossovers;
    struct ib_race *races;
    size_t n_races;
};

/* Points into the record. */
void ib_derive(struct ib_arena *, const json_t *record, struct ib_derived *out);

/* For export: adds `copy_tax` and `crossover` to a record, and to its cases `time_to` in place of their
 * curves, which would be most of it, and their stops; both stay in run.sqlite. */
void ib_derived_export(json_t *record);

#endif
