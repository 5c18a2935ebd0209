/* What a verdict rests on, in words. */
#ifndef IB_REPORT_EVIDENCE_H
#define IB_REPORT_EVIDENCE_H

#include "store/run_record.h"

/* The rounds whose answer repeated that of the checked pass. */
uint64_t ib_rounds_compared(const struct ib_case_record *);

/* "1,000 of 1,000 losses, 11 of 11 parameters, …, 10 of 10 rounds"; NULL: nothing, or it was not recorded. */
const char *ib_evidence_text(struct ib_arena *, const struct ib_case_record *);

#endif
