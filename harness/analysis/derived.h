/* Values derived from several cases of a record, computed once for table, report, export and charts. */
#ifndef IB_ANALYSIS_DERIVED_H
#define IB_ANALYSIS_DERIVED_H

#include "analysis/crossover.h"
#include "analysis/speed_up.h"
#include "analysis/time_to_loss.h"
#include "analysis/transfer_overhead.h"
#include "analysis/tuning.h"

struct ib_derived {
    struct ib_transfer_overhead *overheads;
    size_t n_overheads;
    struct ib_crossover *crossovers;
    size_t n_crossovers;
    struct ib_loss_group *loss_groups;
    size_t n_loss_groups;
    struct ib_speed_up *speed_ups;
    size_t n_speed_ups;
    struct ib_tuning *tunings;
    size_t n_tunings;
};

/* The result points into the record. */
void ib_derive(struct ib_arena *, const struct ib_run_record *, struct ib_derived *out);

#endif
