/* The details of a case beyond its row in the table: verdict, metrics, times, identity. */
#ifndef IB_REPORT_CASE_DETAILS_H
#define IB_REPORT_CASE_DETAILS_H

#include "store/run_record.h"

struct ib_case_detail {
    const char *label;
    const char *text; /* NULL: the label is the heading of those that follow */
};

/* Returns the known details in display order; ends with a NULL label. */
const struct ib_case_detail *ib_case_details(struct ib_arena *, const struct ib_case_record *);

#endif
