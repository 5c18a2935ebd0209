/* The beginning of a report: which implementation is fastest in each problem, and over all. */
#ifndef IB_REPORT_OVERVIEW_H
#define IB_REPORT_OVERVIEW_H

#include "report/summary_model.h"

/* Adds the answers, the best settings of a sweep among them; then the times of all implementations in all
 * problems, where that table stays small, else their ranking; and which is fastest, in a sentence for each
 * problem. */
void ib_overview(struct ib_doc *, const struct ib_summary *);

/* The id of a section's heading, for links. */
const char *ib_section_id(struct ib_arena *, size_t section);

#endif
