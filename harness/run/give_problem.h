/* Gives a worker or an external program a problem to train. */
#ifndef IB_RUN_GIVE_PROBLEM_H
#define IB_RUN_GIVE_PROBLEM_H

#include "run/pass_context.h"

/* Sends a problem, and waits until the worker is ready. */
bool ib_pass_give(const struct ib_pass_context *, struct ib_worker_process *, const struct ib_job *,
                  struct ib_outcome *);

#endif
