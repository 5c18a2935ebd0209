/* What earlier runs tell of the cases of a new one. */
#ifndef IB_STORE_RUN_HISTORY_H
#define IB_STORE_RUN_HISTORY_H

#include "core/case.h"

/* The median time of an epoch that the newest run of FOLDER/… measured for each of n cases: epoch_ns[i], NaN
 * where none did. A folder that is missing, or holds something else, tells nothing, which is no failure. */
void ib_run_history_epochs(const char *folder, const struct ib_case *cases, size_t n, double *epoch_ns);

#endif
