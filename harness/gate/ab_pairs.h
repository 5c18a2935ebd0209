/* Which case is paired with which, and what is known of their ratio. Records are borrowed. */
#ifndef IB_GATE_AB_PAIRS_H
#define IB_GATE_AB_PAIRS_H

#include "gate/baseline.h"
#include "gate/slowdown_test.h"

/* One of the old record and the baseline is NULL. */
struct ib_ab_pairs {
    const struct ib_run_record *record, *old_record;
    const struct ib_baseline *baseline;
};

/* The case as the old side or the baseline has it; NULL: it has none of that id. */
const struct ib_case_record *ib_ab_pairs_old_case(const struct ib_ab_pairs *, const char *id);

/* Sets what the test of case `i` of the record is between; the verdicts so far stay. */
void ib_ab_pairs_slowdown_test(const struct ib_ab_pairs *, size_t i, struct ib_slowdown_test *);

#endif
