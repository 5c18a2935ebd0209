/* Measurements of earlier runs for the cases of a new one. */
#ifndef IB_STORE_RUN_HISTORY_H
#define IB_STORE_RUN_HISTORY_H

#include "core/case.h"

/* Which runs count. Whole ones are finished and are not shards, so that no shard of a sweep changes what the
 * others read. */
enum ib_runs { IB_ALL_RUNS = 1, IB_WHOLE_RUNS };

/* Sets epoch_ns[i] to the median time of an epoch that the newest run of FOLDER/… measured for case i of n;
 * NaN if none did. A folder that is missing (or NULL) or holds something else is skipped. */
void ib_run_history_epochs(const char *folder, enum ib_runs, const struct ib_case *cases, size_t n,
                           double *epoch_ns);

#endif
