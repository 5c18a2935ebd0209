/* Which record is paired with which, and what is known of their ratio. Records are borrowed. */
#ifndef IB_GATE_AB_PAIRS_H
#define IB_GATE_AB_PAIRS_H

#include "gate/slowdown_test.h"

struct ib_ab_pairs {
    const json_t *record;     /* of the new side */
    const json_t *old_record; /* of the old side; NULL: */
    const json_t *baseline;   /* against a baseline */
};

/* What a case was: of the old side, or of the baseline; NULL: it was not. */
const json_t *ib_ab_pairs_old_case(const struct ib_ab_pairs *, const char *id);

/* Sets what a contest is between; what was judged of it stays. `i` is the case's place in the record. */
void ib_ab_pairs_slowdown_test(const struct ib_ab_pairs *, size_t i, struct ib_slowdown_test *);

#endif
