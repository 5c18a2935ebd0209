/* What a sweep found: the best settings, and maps of how all of them do. */
#ifndef IB_REPORT_SWEEP_SECTION_H
#define IB_REPORT_SWEEP_SECTION_H

#include "report/summary_model.h"

/* Adds the best settings of each sweep: by the metric and by the time to a loss, for each implementation.
 * Returns false, and adds nothing, for a run without a sweep. */
bool ib_sweep_section(struct ib_doc *, const struct ib_summary *);

/* Adds the heat maps of the sweeps of one section. */
void ib_sweep_maps(struct ib_doc *, const struct ib_summary *, const struct ib_summary_section *);

#endif
