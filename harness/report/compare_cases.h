/* The cases that two runs have in common, those that changed first. */
#ifndef IB_REPORT_COMPARE_CASES_H
#define IB_REPORT_COMPARE_CASES_H

#include "gate/compare.h"
#include "report/doc_model.h"

/* Adds the counts of what changed: "2 answers differ, 3 slower, 1 faster, 20 the same". */
void ib_compare_counts(struct ib_doc *, const struct ib_comparison *);

/* Adds the table of cases, and why the speed of some is ambiguous. Pages draw the ratios and their intervals
 * on a common scale. */
void ib_compare_cases(struct ib_doc *, const struct ib_comparison *);

/* A ratio with its interval: "1.034 [1.020, 1.047]". */
const char *ib_ratio_words(struct ib_arena *, const struct ib_speed *);

#endif
