/* The verdict on a single answer, by the oracle. */
#ifndef IB_RUN_ORACLE_ANSWER_H
#define IB_RUN_ORACLE_ANSWER_H

#include "run/pass_context.h"

/* Whether the oracle knows a variant of a case's problem: it had the time, and the training does not diverge,
 * so that final parameters can be compared. */
bool ib_oracle_knows(const struct ib_pass_context *, const struct ib_case *, uint64_t variant);
/* Whether an answer to it is right. false sets the outcome to untrusted, or to why there is no oracle. */
bool ib_answer_is_right(const struct ib_pass_context *, const struct ib_case *, uint64_t variant,
                        const struct ib_job *, const struct ib_final *, struct ib_arena *,
                        struct ib_outcome *);
/* Whether an answer that differs from the checked one is as right: where rounding grows, honest answers
 * differ by more than the tolerance, if the same bits are not promised or the problem was a mirrored one. */
bool ib_answer_may_differ(const struct ib_pass_context *, const struct ib_case *, uint64_t variant,
                          const struct ib_job *, const struct ib_final *, struct ib_arena *);

#endif
