/* What the pages of a report are made from. Private to report*.c. */
#ifndef IB_REPORT_REPORT_PARTS_H
#define IB_REPORT_REPORT_PARTS_H

#include "report/charts.h"
#include "report/summary.h"

#include <stdio.h>

struct ib_report {
    struct ib_arena *arena;
    struct ib_summary summary;
    const struct ib_chart *charts;
    size_t n_charts;
    const struct ib_run_record *run;
    const char *style, *script; /* CSS and JavaScript of the page */
};

/* The charts of a section, or with NULL those that are of more than one: from *at on; NULL after the last. */
const struct ib_chart *ib_report_next_chart(const struct ib_report *, const struct ib_summary_section *,
                                            size_t *at);

/* How to read a report: terms and what they mean; ends with a NULL label. */
extern const struct ib_summary_fact ib_report_terms[];

void ib_report_markdown(FILE *, const struct ib_report *);
void ib_report_html(FILE *, const struct ib_report *);

#endif
