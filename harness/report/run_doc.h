/* Builds the document of a run from its summary and charts. */
#ifndef IB_REPORT_RUN_DOC_H
#define IB_REPORT_RUN_DOC_H

#include "report/charts.h"
#include "report/summary.h"

/* For the terminal: failures, the tables, then the fastest case of each problem. */
void ib_run_brief(struct ib_doc *, const struct ib_summary *);

/* The whole report; `with_cases` adds each case in detail, folded away. */
void ib_run_doc(struct ib_doc *, const struct ib_summary *, const struct ib_chart *, size_t n_charts,
                bool with_cases);

#endif
