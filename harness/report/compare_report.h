/* The report of a comparison. */
#ifndef IB_REPORT_COMPARE_REPORT_H
#define IB_REPORT_COMPARE_REPORT_H

#include "gate/compare.h"
#include "report/doc_model.h"

/* Adds the counts of what changed, the differences between the machines, the table of cases, differences in
 * answers and copies, and the cases that only one run has. */
void ib_compare_page(struct ib_doc *, const struct ib_comparison *);

#endif
