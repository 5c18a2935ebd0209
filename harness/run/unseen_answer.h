/* The verdict on an answer to the unseen problem of a case. */
#ifndef IB_RUN_UNSEEN_ANSWER_H
#define IB_RUN_UNSEEN_ANSWER_H

#include "run/pass_context.h"

/* Whether the oracle knows the unseen problem: it had the time, and neither it nor the case's own diverges,
 * so that final parameters can be compared. */
bool ib_unseen_known(const struct ib_pass_context *, const struct ib_case *);
/* Whether the answer to it is right. false sets the outcome to untrusted. */
bool ib_unseen_right(const struct ib_pass_context *, const struct ib_case *, uint64_t variant,
                     const struct ib_job *, const struct ib_final *, struct ib_arena *, struct ib_outcome *);

#endif
