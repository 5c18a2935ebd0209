/* The target losses of cases with other algorithms. */
#ifndef IB_RUN_ASSIGN_LOSS_TARGETS_H
#define IB_RUN_ASSIGN_LOSS_TARGETS_H

#include "run/case_run.h"

/* Whether the case runs another algorithm in an external program, which is stopped at target losses. */
bool ib_loss_goals_concern(const struct ib_case *);

/* Sets the target losses of those of n cases that still need a search, from the groups of their problems
 * (analysis/time_to_loss.h); cases without a group get none. Call after all timed passes. The record must
 * outlive the cases. */
void ib_loss_goals_set(const struct ib_run_record *, struct ib_case_run *case_runs, size_t n);

#endif
