/* The parts of an explanation. Private to explain*.c. */
#ifndef IB_REPORT_EXPLAIN_PARTS_H
#define IB_REPORT_EXPLAIN_PARTS_H

#include "analysis/explain.h"
#include "report/doc_model.h"

/* The tensor whose copies took most of the time; where that is not known, that of most bytes. There must be
 * one. */
const struct ib_explained_copies *ib_explain_dearest(const struct ib_explanation *);

/* What the driver's own count says where it is not the transfer log's, and what the transfer log cannot know:
 * work within the device, the host's memory, the kernels. */
void ib_explain_tracer(struct ib_doc *, const struct ib_case_record *c);

void ib_explain_time(struct ib_doc *, const struct ib_explanation *);
void ib_explain_resident(struct ib_doc *, const struct ib_explanation *);
void ib_explain_advice(struct ib_doc *, const struct ib_explanation *);

#endif
