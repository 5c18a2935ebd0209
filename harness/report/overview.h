/* The first tables of a report: all implementations over all problems. */
#ifndef IB_REPORT_OVERVIEW_H
#define IB_REPORT_OVERVIEW_H

#include "report/summary_model.h"

/* Adds the ranking over all problems, and the times in each where that table stays small. Adds nothing for a
 * single problem or a single implementation. */
void ib_overview(struct ib_doc *, const struct ib_summary *);

/* The id of a section's heading, for links. */
const char *ib_section_id(struct ib_arena *, size_t section);

#endif
