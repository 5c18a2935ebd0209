/* What is known of a case beyond its row of the table: verdict, metrics, times, what it is. */
#ifndef IB_REPORT_CASE_DETAILS_H
#define IB_REPORT_CASE_DETAILS_H

#include "store/run_record.h"

struct ib_case_detail {
    const char *label;
    const char *text; /* NULL: the label heads the details behind it */
};

/* In the order in which they are shown, without what is unknown. Ends with a NULL label. */
const struct ib_case_detail *ib_case_details(struct ib_arena *, const struct ib_case_record *);

#endif
