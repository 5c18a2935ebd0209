/* Histories for readers: trends, changes, and the values of each run. */
#ifndef IB_REPORT_HISTORY_PAGE_H
#define IB_REPORT_HISTORY_PAGE_H

#include "report/trend_charts.h"

/* Adds a table with a row for each series, and all changes. */
void ib_history_summary(struct ib_doc *, const struct ib_trends *);
/* Adds a table with the values of each run of a series. */
void ib_history_points(struct ib_doc *, const struct ib_trend *);
/* Adds a page with all of it and the charts of each series, in the order of the trends. */
void ib_history_page(struct ib_doc *, const struct ib_trends *, const struct ib_trend_charts *);

#endif
