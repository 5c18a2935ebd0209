/* One case explained: what it is, what was copied, where the time of an epoch went, what it would take with
 * its data resident, what to change. */
#ifndef IB_REPORT_EXPLAIN_H
#define IB_REPORT_EXPLAIN_H

#include "report/doc_model.h"
#include "store/run_record.h"

/* What the case is, its verdict and its time. */
void ib_explain_case(struct ib_doc *, const struct ib_case_record *c);
/* Where its bytes and its time went. `cases` are those of the whole record, for comparison. */
void ib_explain_cost(struct ib_doc *, const struct ib_run_record *run, const struct ib_case_record *c);

#endif
