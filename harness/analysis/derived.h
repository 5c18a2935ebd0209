/* What is derived from the cases of a record together: one computation for table, report, export and charts.
 */
#ifndef IB_DERIVED_H
#define IB_DERIVED_H

#include "analysis/copy_tax.h"
#include "analysis/crossover.h"

struct ib_derived {
    struct ib_copy_tax *taxes;
    size_t n_taxes;
    struct ib_crossover *crossovers;
    size_t n_crossovers;
};

/* Points into the record. */
void ib_derive(struct ib_arena *, const json_t *record, struct ib_derived *out);

/* Adds `copy_tax` and `crossover` to a record, for export. */
void ib_derived_export(json_t *record);

#endif
