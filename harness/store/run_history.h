/* Measurements of earlier runs for the cases of a new one. */
#ifndef IB_STORE_RUN_HISTORY_H
#define IB_STORE_RUN_HISTORY_H

#include "core/case.h"

/* Sets epoch_ns[i] to the median time of an epoch that the newest run of FOLDER/… measured for case i of n;
 * NaN if none did. A folder that is missing or holds something else is skipped. */
void ib_run_history_epochs(const char *folder, const struct ib_case *cases, size_t n, double *epoch_ns);

#endif
