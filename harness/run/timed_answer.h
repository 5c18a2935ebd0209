/* The verdict on the answers of timed trainings. */
#ifndef IB_RUN_TIMED_ANSWER_H
#define IB_RUN_TIMED_ANSWER_H

#include "run/timing.h"

/* The largest difference relative to the largest value of `was`; 0 for equal values. Two NaN in the same
 * place count as equal, since a diverging training must be repeatable as well. */
double ib_difference(const double *is, const double *was, uint64_t n);
/* Whether the answer repeats that of the checked pass: bit by bit if the implementation is declared
 * deterministic, else within the tolerance of its type. false sets the outcome to untrusted. */
bool ib_pass_repeats(const struct ib_case *, const struct ib_final *checked, const struct ib_final *answer,
                     struct ib_outcome *);
/* The same for the training of a mirror, whose bits may differ in arithmetic that does not round to nearest.
 */
bool ib_pass_repeats_mirrored(const struct ib_case *, const struct ib_final *checked,
                              const struct ib_final *answer, struct ib_outcome *);
/* Whether a slice's answer is right (for the case's own problem, as above; for the unseen one, by the
 * oracle), and all its trainings ended alike; or, for what is not declared deterministic, whether the oracle
 * calls each right. Converts the answer of an external program's mirror. false sets the outcome to untrusted.
 */
bool ib_timing_verify(struct ib_timing *, uint64_t repeats, struct ib_arrays *);

#endif
