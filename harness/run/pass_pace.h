/* The passes that examine an implementation whose pace is uneven. */
#ifndef IB_RUN_PASS_PACE_H
#define IB_RUN_PASS_PACE_H

#include "run/pace.h"
#include "run/pass_context.h"

/* Times the case's own problem and new ones in alternation, several times; one time without the difference
 * clears the implementation. false sets the outcome to untrusted, or to how a pass failed. */
bool ib_pass_pace(const struct ib_pass_context *, const struct ib_case *, enum ib_pace_suspicion,
                  const struct ib_final *checked, struct ib_outcome *);

#endif
