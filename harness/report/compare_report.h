/* A comparison (compare.h) as people read it. */
#ifndef IB_REPORT_COMPARE_REPORT_H
#define IB_REPORT_COMPARE_REPORT_H

#include "ironbench/impl.h"
#include "report/doc_model.h"

#include <jansson.h>

/* Differences of the machines first, then the table, then what differs in answers and copies, then the cases
 * that only one run has. */
void ib_compare_page(struct ib_doc *, const json_t *comparison);

/* "1.034 [1.020, 1.047]" for {median, low, high}. */
const char *ib_ratio_words(struct ib_arena *, const json_t *ratio);
/* "rmse 54.1 → 54.9 (worse), accuracy 0.95 → 0.96 (better)" for differences; "" for none. */
const char *ib_difference_words(struct ib_arena *, const json_t *differences);

#endif
