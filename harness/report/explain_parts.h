/* The parts of an explanation; private to explain*.c. */
#ifndef IB_REPORT_EXPLAIN_PARTS_H
#define IB_REPORT_EXPLAIN_PARTS_H

#include "analysis/explain.h"
#include "report/doc_model.h"

/* The tensor whose copies took the most time; if that is unknown, the most bytes. There must be at least one.
 */
const struct ib_explained_copies *ib_explain_costliest(const struct ib_explanation *);

/* Adds the tracer's count if it differs from the transfer log, and what the log does not contain: copies and
 * memsets within the device, the kind of host memory, the kernels. */
void ib_explain_tracer(struct ib_doc *, const struct ib_case_record *c);

void ib_explain_time(struct ib_doc *, const struct ib_explanation *);
void ib_explain_resident(struct ib_doc *, const struct ib_explanation *);
void ib_explain_advice(struct ib_doc *, const struct ib_explanation *);

#endif
