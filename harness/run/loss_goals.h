/* Which losses the cases of other algorithms are to come down to. */
#ifndef IB_RUN_LOSS_GOALS_H
#define IB_RUN_LOSS_GOALS_H

#include "run/case_run.h"

/* Another algorithm, of which a loss tells when it may be stopped. */
bool ib_loss_goals_concern(const struct ib_case *);

/* Asks each of n cases of other algorithms that are still to be searched for the losses of its problem's
 * group (analysis/time_to_loss.h), once all are timed; where there is none, for nothing. The record must
 * outlive them. */
void ib_loss_goals_ask(const struct ib_run_record *, struct ib_case_run *case_runs, size_t n);

#endif
