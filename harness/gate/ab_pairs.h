/* Pairs each case with the one that its speed is compared with. Records are borrowed. */
#ifndef IB_GATE_AB_PAIRS_H
#define IB_GATE_AB_PAIRS_H

#include "gate/baseline.h"
#include "gate/slowdown_test.h"

/* Either old_record or baseline is NULL. */
struct ib_ab_pairs {
    const struct ib_run_record *record, *old_record;
    const struct ib_baseline *baseline;
};

/* The case of this id on the old side or in the baseline; NULL if there is none. */
const struct ib_case_record *ib_ab_pairs_old_case(const struct ib_ab_pairs *, const char *id);

/* Sets what case i of the record is compared with; verdicts so far are kept. */
void ib_ab_pairs_slowdown_test(const struct ib_ab_pairs *, size_t i, struct ib_slowdown_test *);

#endif
