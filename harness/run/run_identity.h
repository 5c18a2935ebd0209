/* What the times of a run are of: the program, the implementations and the machine. A run that is resumed
 * must not mix rounds of different ones. (The data and the options are part of the ids of its cases.) */
#ifndef IB_RUN_RUN_IDENTITY_H
#define IB_RUN_RUN_IDENTITY_H

#include "config/sweep.h"
#include "store/store.h"

/* Records what the sweep uses now. */
enum ib_status ib_run_identity_record(struct ib_store *, const struct ib_sweep *);
/* Compares what the run in DIR recorded with what the sweep uses now. IB_EINVAL names what has changed. */
enum ib_status ib_run_identity_check(struct ib_store *, const struct ib_sweep *, const char *dir);

#endif
