/* The document of a run, from what its summary says and the charts that were drawn of it. */
#ifndef IB_REPORT_RUN_DOC_H
#define IB_REPORT_RUN_DOC_H

#include "report/charts.h"
#include "report/summary.h"

/* For the terminal: what went wrong, the tables, and at the end what they say. */
void ib_run_brief(struct ib_doc *, const struct ib_summary *);

/* The whole report; `with_cases`: also each case in detail, folded away. */
void ib_run_doc(struct ib_doc *, const struct ib_summary *, const struct ib_chart *, size_t n_charts,
                bool with_cases);

#endif
