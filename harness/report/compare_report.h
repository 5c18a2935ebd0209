/* A comparison for people. */
#ifndef IB_REPORT_COMPARE_REPORT_H
#define IB_REPORT_COMPARE_REPORT_H

#include "gate/compare.h"
#include "report/doc_model.h"

/* Differences of the machines first, then the table, then what differs in answers and copies, then the cases
 * that only one run has. */
void ib_compare_page(struct ib_doc *, const struct ib_comparison *);

/* "1.034 [1.020, 1.047]": a ratio with its interval. */
const char *ib_ratio_words(struct ib_arena *, const struct ib_speed *);

#endif
