/* Explains one case: what was copied, where the time of an epoch went, what it would take with its data
 * resident, and what to change. */
#ifndef IB_REPORT_EXPLAIN_H
#define IB_REPORT_EXPLAIN_H

#include "report/doc_model.h"
#include "store/run_record.h"

/* Adds the case's problem, verdict and time. */
void ib_explain_case(struct ib_doc *, const struct ib_case_record *c);
/* Adds where its bytes and its time went. The rest of the run is for comparison. */
void ib_explain_cost(struct ib_doc *, const struct ib_run_record *run, const struct ib_case_record *c);

#endif
